import { runNativeHost } from './index.ts';

await runNativeHost({ bindings: { test: () => import('./binding.test-support.ts') } });
