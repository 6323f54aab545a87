import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { problemsOf } from '../profile/problems.ts'
import type { Profile } from '../profile/profile.ts'
import { etagOf } from './base.ts'
import type { DocumentSlot, Row } from './document.ts'
import { kindOf, recordIdText } from './record-id.ts'
import { compareStamps, type LiveSlot, showFields } from './shown.ts'
import type { View } from './view.ts'

/** What bounds the stamp of a commit: later commits of its log that reset a wrong clock. */
export type EffectiveStamp = (row: Row) => Stamp

/** The view of a record, or undefined when nothing of it is live. */
export function buildView(
  context: { readonly crypto: Crypto; readonly profile: Profile; readonly stamp: EffectiveStamp },
  ns: number,
  rec: string,
  slots: readonly DocumentSlot[],
  rows: readonly Row[],
): View | undefined {
  const live = liveSlots(slots, rows, context.stamp)
  if (live.length === 0) return undefined
  const kind = kindOf(rec)
  const { fields, conflicts } = showFields(context.profile, kind, live)
  return {
    id: recordIdText(ns, rec),
    ns,
    kind,
    local: rec.slice(kind.length + 1),
    fields,
    conflicts,
    problems: problemsOf(context.profile, kind, fields),
    updatedMs: newest(live)[0],
    etag: etagOf(context.crypto, slots),
  }
}

function liveSlots(
  slots: readonly DocumentSlot[],
  rows: readonly Row[],
  stampOf: EffectiveStamp,
): readonly LiveSlot[] {
  const stamps = new Map(rows.map((row) => [`${row.client}.${row.seq}`, stampOf(row)] as const))
  return slots
    .filter((slot) => slot.live)
    .map(({ path, client, seq, value }) => {
      const stamp = stamps.get(`${client}.${seq}`) ?? [0, 0]
      return { path, client, seq, value, stamp }
    })
}

function newest(live: readonly LiveSlot[]): Stamp {
  return live.reduce<Stamp>(
    (latest, slot) => (compareStamps(slot.stamp, latest) > 0 ? slot.stamp : latest),
    [0, 0],
  )
}
