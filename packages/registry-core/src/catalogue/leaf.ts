/**
 * The leaf of one record in the catalogue digest: a hash over its live slots. It holds no view,
 * problem or label, so it does not depend on profile, validator or language (DESIGN-REVIEW M12).
 *
 * leaf = hash("mulu/leaf/1" || UTF-8 of `ns/audience/kind/local` || 0 || struct …) with the structs
 * (commit/body.ts) of the live slots by path in code-unit order, then client, then seq. A struct
 * holds path, client, seq and the value in its one form, and tells where it ends.
 */
import { audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, type Hash, hashWritten } from '../crypto.ts'
import { type DocumentSlot, writeRun } from '../record/document.ts'
import type { Scope } from '../store/store.ts'

/** The leaf of a record, or undefined when nothing of it is live. */
export function leafOf(
  crypto: Crypto,
  scope: Scope,
  rec: string,
  live: readonly DocumentSlot[],
): Hash | undefined {
  if (live.length === 0) return undefined
  return hashWritten(crypto, DOMAIN.leaf, (writer) => {
    writer.text(`${scope.ns}/${audienceText(scope.aud)}/${rec}`).byte(0)
    for (let i = 0; i < live.length; i++) i = writeRun(writer, live, i)
  })
}
