import type { Term } from '../profile.ts'

/** Terms from rows of code, Chinese label and English label. */
export function termList(rows: readonly (readonly [string, string, string])[]): readonly Term[] {
  return rows.map(([code, zh, en]) => ({ code, label: { 'zh-Hans': zh, en } }))
}
