/** Plans that failed once, cut short, with the bug that each one found. */

/** A plan as `npm run sim -- --plan` takes it, and what was wrong. */
export type FoundBug = {
  readonly what: string
  readonly plan: readonly (readonly [kind: string, chance: number])[]
}

export const FOUND: readonly FoundBug[] = []
