// What a profile of V8 (`node --cpu-prof`) comes to: self time by area of the code and by function.

/**
 * @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number } }} ProfileNode
 * @typedef {object} CpuProfile
 * @property {ProfileNode[]} nodes
 * @property {number[]} samples ids of nodes
 * @property {number[]} timeDeltas microseconds since the sample before
 * @typedef {{ name: string, milliseconds: number }} SelfTime
 */

/** Time in which the process computed nothing. */
const IDLE = new Set(['(idle)', '(root)']);

/**
 * @param {CpuProfile} profile
 * @param {number} lastSeconds how much of its end counts: what came before was the start
 * @returns {{ areas: SelfTime[], functions: SelfTime[], busyMs: number }} the most expensive first; idle time left out
 */
export function selfTimes({ nodes, samples, timeDeltas }, lastSeconds) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<string, number>} */
  const areas = new Map();
  /** @type {Map<string, number>} */
  const functions = new Map();
  let left = lastSeconds * 1e6;
  let busy = 0;
  for (let at = samples.length - 1; at >= 0 && left > 0; at -= 1) {
    const node = byId.get(samples[at] ?? 0);
    // A sample stands for the time until the next one.
    const spent = timeDeltas[at + 1] ?? 0;
    left -= spent;
    if (!node || IDLE.has(node.callFrame.functionName)) continue;
    busy += spent;
    const area = areaOf(node);
    areas.set(area, (areas.get(area) ?? 0) + spent);
    const name = `${node.callFrame.functionName || '(anonymous)'} · ${area}`;
    functions.set(name, (functions.get(name) ?? 0) + spent);
  }
  return { areas: sorted(areas), functions: sorted(functions), busyMs: busy / 1000 };
}

/**
 * `apps/server authority`, `packages/pki`, `kysely`, `node:crypto`, `(garbage collector)` …
 * @param {ProfileNode} node
 */
export function areaOf({ callFrame: { functionName, url } }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'node, native';
  if (url.startsWith('node:')) return url.replace(/^node:internal\//, 'node:').split('/')[0] ?? url;
  const [, , library] = /^(.*\/node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (library) return library;
  const [, workspace, part] = /\/((?:apps|packages)\/[^/]+)\/dist\/([^/]+)/.exec(url) ?? [];
  if (!workspace) return url;
  return workspace === 'apps/server' ? `${workspace} ${part?.replace(/\.js$/, '')}` : workspace;
}

/**
 * @param {Map<string, number>} microseconds
 * @returns {SelfTime[]}
 */
function sorted(microseconds) {
  return [...microseconds]
    .map(([name, spent]) => ({ name, milliseconds: spent / 1000 }))
    .toSorted((a, b) => b.milliseconds - a.milliseconds);
}
