/**
 * The leaf of one record in the catalogue digest: a hash over its live slots. It holds no view,
 * problem or label, so it does not depend on profile, validator or language (DESIGN-REVIEW M12).
 *
 * leaf = hash("mulu/leaf/1" || CBOR [ns, audience text, rec, [[path, client, seq, H(value)] …]])
 * with slots in code-unit order of path, then client, then seq;
 * H(value) = hash("mulu/value/1" || 1 || canonical JSON), or of "mulu/value/1" || 0 for removed
 */

import type { SlotValue } from '../commit/any-value.ts'
import { audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { utf8 } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { canonicalJson } from '../encoding/json.ts'
import type { DocumentSlot } from '../record/document.ts'
import type { Scope } from '../store/store.ts'

const REMOVED = Uint8Array.of(0)
const PRESENT = Uint8Array.of(1)

/** The leaf of a record, or undefined when nothing of it is live. */
export function leafOf(
  crypto: Crypto,
  scope: Scope,
  rec: string,
  slots: readonly DocumentSlot[],
): Hash | undefined {
  const live = slots.filter((slot) => slot.live).sort(compareSlots)
  if (live.length === 0) return undefined
  const rows = live.map((s) => [s.path, s.client, s.seq, valueHash(crypto, s.value)])
  return hash(crypto, DOMAIN.leaf, encodeCbor([scope.ns, audienceText(scope.aud), rec, rows]))
}

function compareSlots(a: DocumentSlot, b: DocumentSlot): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.client - b.client || a.seq - b.seq
}

/** The hash of one value. */
export function valueHash(crypto: Crypto, value: SlotValue): Hash {
  if (value === undefined) return hash(crypto, DOMAIN.value, REMOVED)
  return hash(crypto, DOMAIN.value, PRESENT, utf8(canonicalJson(value)))
}
