/** The program that holds native libraries in tests, which run from sources: see native-host.setup.ts. */
import { runNativeHost } from '@certdesk/native';
import { nativeBindings } from '@certdesk/token';

await runNativeHost({ bindings: nativeBindings });
