import type { Snapshot, Status } from '../api.ts'
import { formatDateTime, formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'
import type { Need, Translate } from './need.ts'

/** Snapshots that differ from what this node computes: who signed them, which witnesses agreed. */
export function snapshotNeeds(status: Status, t: Translate, language: Language): readonly Need[] {
  return status.snapshots.flatMap((snapshot) => {
    const { alarm, id, writer, atMs } = snapshot
    if (alarm === null) return []
    const facts = {
      name: nameOf(snapshot, writer, t, language),
      at: formatDateTime(atMs, language),
    }
    const names = alarm.agreed.map((witness) => nameOf(snapshot, witness, t, language))
    return {
      id: `snapshot ${id}`,
      state: 'bad' as const,
      title: t(alarm.differs === 'root' ? 'need.snapshotRoot' : 'need.snapshotHeads', facts),
      hint:
        names.length === 0
          ? t('need.snapshotHint')
          : t('need.snapshotAgreedHint', { names: formatList(names, language) }),
    }
  })
}

function nameOf(snapshot: Snapshot, writer: number, t: Translate, language: Language): string {
  const otherwise = t('snapshot.writer', { writer })
  return plainText(snapshot.names[String(writer)] ?? {}, language, otherwise)
}
