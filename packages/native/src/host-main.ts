/** `node host-main.js --native-host <name> <module>`: the process that holds a library, where programs are many files. */
import { runNativeHost } from './host.ts';

const [, name = '', module = ''] = process.argv.slice(2);
await runNativeHost({ bindings: { [name]: () => import(module) } });
