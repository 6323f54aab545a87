/** Every target. A new decoder of untrusted bytes is one line here. */
import type { OpenTarget } from './target.ts'
import { openBundleTargets } from './targets/bundle.ts'
import { CARRIED_TARGETS } from './targets/carried.ts'
import { openEvidenceTargets } from './targets/evidence.ts'
import { openHttpTarget } from './targets/http.ts'
import { openOrderTargets } from './targets/orders.ts'
import { SIGNED_TARGETS } from './targets/signed.ts'
import { openSnapshotTargets } from './targets/snapshot.ts'
import { SYNC_TARGETS } from './targets/sync.ts'
import { TEXT_TARGETS } from './targets/text.ts'

/** Opens all targets, or the one with a name. */
export async function openTargets(only?: string): Promise<readonly OpenTarget[]> {
  const plain: readonly OpenTarget[] = [
    ...[...SIGNED_TARGETS, ...CARRIED_TARGETS, ...SYNC_TARGETS, ...TEXT_TARGETS],
    ...(await openEvidenceTargets()),
    ...(await openBundleTargets()),
    ...(await openSnapshotTargets()),
    ...(await openOrderTargets()),
  ]
  const wanted = plain.filter((target) => only === undefined || target.name === only)
  return only === undefined || only === 'http' ? [...wanted, await openHttpTarget()] : wanted
}
