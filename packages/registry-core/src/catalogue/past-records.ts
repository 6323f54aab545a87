/**
 * The records of a moment as the index asks for them: those that were written since are named by
 * the commits after it, and each is read as it was.
 */
import type { Logs } from '../log/logs.ts'
import type { Profile } from '../profile/profile.ts'
import type { PastRecords } from '../search/overlay.ts'
import { recordKey } from '../store/store.ts'
import { type Moment, momentText, positionAt } from './moment.ts'
import type { PastContext, PastDocuments } from './past-documents.ts'

/** What they are read with. */
export type PastRecordsContext = {
  readonly logs: Logs
  readonly commitAt: PastContext['commitAt']
  readonly profile: () => Profile | undefined
  /** Whether the records of a namespace are held, and not their headers alone. */
  readonly isHeld: (ns: number) => boolean
  /** A new one for each answer. */
  readonly documents: () => PastDocuments
}

/** The records of a moment. */
export function pastRecords(context: PastRecordsContext, moment: Moment): PastRecords {
  return {
    key: momentText(moment),
    profile: context.profile(),
    changed: () => writtenSince(context, moment),
    views: async (keys) => {
      const documents = context.documents()
      const views = []
      for (const key of keys) views.push(await documents.view(key, moment))
      return views
    },
  }
}

async function* writtenSince(
  { logs, commitAt, isHeld }: PastRecordsContext,
  moment: Moment,
): AsyncGenerator<readonly string[]> {
  for (const { log, accepted } of logs.all()) {
    if (log.aud !== 1 || !isHeld(log.ns)) continue
    for (let seq = positionAt(moment, log.ns, log.writer) + 1; seq <= accepted.seq; seq++) {
      const commit = await commitAt(log, seq)
      yield (commit?.read.entries ?? []).map(({ rec }) => recordKey(log, rec))
    }
  }
}
