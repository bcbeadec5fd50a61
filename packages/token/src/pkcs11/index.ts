export { type Pkcs11Driver, type Pkcs11DriverOptions, pkcs11Driver } from './driver.ts';
