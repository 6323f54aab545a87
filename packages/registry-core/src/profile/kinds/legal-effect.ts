import type { FieldClass, RankRule } from '../profile.ts'

/** Fields with legal effect and erasable fields of every published kind. */
export const CLASSES: Readonly<Record<string, FieldClass>> = {
  state: 1,
  sharing: 1,
  openness: 1,
  authoritative: 1,
  'contact/*': 2,
}

/** What is in force while values conflict: the most restrictive. */
export const RANKS: readonly RankRule[] = [
  { path: 'state', order: ['published', 'withdrawn'] },
  { path: 'sharing', by: 'type', order: ['unconditional', 'conditional', 'none'] },
  { path: 'openness', by: 'type', order: ['open', 'conditional', 'closed'] },
  { path: 'authoritative', order: [true, false] },
]
