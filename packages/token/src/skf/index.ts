export { type SkfDriver, type SkfDriverOptions, skfDriver } from './driver.ts';
export {
  loadSkfProfile,
  parseSkfProfile,
  type SkfProfile,
  SkfProfileError,
  softwareProfile,
  standardProfile,
} from './profile.ts';
