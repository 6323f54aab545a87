import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { problemsOf } from '../profile/problems.ts'
import type { Profile } from '../profile/profile.ts'
import { etagOfLive } from './base.ts'
import type { DocumentSlot, Row } from './document.ts'
import { kindOf, recordIdText } from './record-id.ts'
import { compareStamps, type StampOf, showFields } from './shown.ts'
import type { View } from './view.ts'

/** What bounds the stamp of a commit: later commits of its log that reset a wrong clock. */
export type EffectiveStamp = (row: Row) => Stamp

/** What a view follows from, beside the slots. */
export type ViewContext = {
  readonly crypto: Crypto
  readonly profile: Profile
  readonly stamp: EffectiveStamp
}

/** The view of a record's live slots, or undefined when nothing of it is live. */
export function buildView(
  context: ViewContext,
  ns: number,
  rec: string,
  live: readonly DocumentSlot[],
): View | undefined {
  if (live.length === 0) return undefined
  const { crypto, profile } = context
  const kind = kindOf(rec)
  const stampOf = stampsOf(context.stamp)
  const { fields, paths, conflicts } = showFields(profile, kind, live, stampOf)
  return {
    id: recordIdText(ns, rec),
    ns,
    kind,
    local: rec.slice(kind.length + 1),
    fields,
    conflicts,
    problems: problemsOf(profile, kind, fields, paths),
    updatedMs: newestOf(live, stampOf)[0],
    etag: etagOfLive(crypto, live),
  }
}

/** The stamp of a slot; neighbours are mostly of one entry, and share it. */
function stampsOf(stamp: EffectiveStamp): StampOf {
  let last: Row | undefined
  let known: Stamp = [0, 0]
  return ({ row }) => {
    if (row !== last) known = stamp(row)
    last = row
    return known
  }
}

function newestOf(live: readonly DocumentSlot[], stampOf: StampOf): Stamp {
  let newest: Stamp = [0, 0]
  for (const slot of live) {
    const stamp = stampOf(slot)
    if (compareStamps(stamp, newest) > 0) newest = stamp
  }
  return newest
}
