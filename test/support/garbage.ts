import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');

/** Collects all garbage now: what only weak references hold is gone afterwards. */
export const collectGarbage = vm.runInNewContext('gc') as () => void;
