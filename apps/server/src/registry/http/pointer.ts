/**
 * What a JSON Pointer (RFC 6901) points to; undefined where it points to nothing.
 * @param pointer in the form that the configuration has checked: empty, or `/` before each step
 */
export function valueAt(json: unknown, pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(inside, json);
}

/** §4: of an object its own member, of an array the element of that number, written without leading zeros. */
function inside(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
}
