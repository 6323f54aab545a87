/** Stops on a broken invariant: a bug in Mulu, never a verdict about input. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${what}`)
}

/** Marks a branch that the types make unreachable. */
export function assertNever(value: never): never {
  throw new Error(`Unreachable case: ${String(value)}`)
}
