/** Snapshots as status, pages and commands show them. */
import { hashToText, type Labels, type Registry, type Snapshot } from '@mulu/registry-core'
import { agencyRef, officeName } from './names.ts'

/** One snapshot. */
export type SnapshotStatus = {
  readonly id: string
  readonly writer: number
  readonly atMs: number
  readonly root: string
  readonly logs: number
  readonly witnesses: readonly number[]
  readonly threshold: number
  /** Witnesses that agree with the heads, and those of them that came to the same root. */
  readonly agreed: readonly number[]
  readonly agreedRoot: readonly number[]
  readonly settled: boolean
  readonly rootSettled: boolean
  /** The nodes of writer and witnesses, by writer number. */
  readonly names: Readonly<Record<string, Labels>>
  /** In what it differs from what this node computes at its heads, and who agreed to that. */
  readonly alarm: SnapshotAlarm | null
}

/** An alarm about a snapshot: its writer, or this node, holds something else. */
export type SnapshotAlarm = {
  readonly differs: 'heads' | 'root'
  readonly agreed: readonly number[]
}

const SHOWN_MAX = 8

/** The newest snapshots, the newest settled one, and all that there is an alarm about. */
export function listSnapshots(registry: Registry): readonly SnapshotStatus[] {
  const all = registry.snapshots()
  const settled = all.find((snapshot) => snapshot.isSettled)
  const alarming = new Set(registry.disagreements().map(({ snapshot }) => hashToText(snapshot.id)))
  return all
    .filter((each, i) => i < SHOWN_MAX || each === settled || alarming.has(hashToText(each.id)))
    .map((each) => showSnapshot(registry, each))
}

/** One snapshot as JSON. */
export function showSnapshot(registry: Registry, snapshot: Snapshot): SnapshotStatus {
  const { id, log, atMs, root, heads, witnesses, threshold, agreed, agreedRoot } = snapshot
  const text = hashToText(id)
  const alarm = registry.disagreements().find((each) => hashToText(each.snapshot.id) === text)
  return {
    ...{ id: text, writer: log.writer, atMs, root: hashToText(root) },
    ...{ logs: heads.length, witnesses, threshold, agreed, agreedRoot },
    settled: snapshot.isSettled,
    rootSettled: snapshot.isRootSettled,
    names: namesOf(registry, [log.writer, ...witnesses]),
    alarm: alarm === undefined ? null : { differs: alarm.in, agreed: alarm.agreed },
  }
}

function namesOf(registry: Registry, writers: readonly number[]): Record<string, Labels> {
  const state = registry.roster?.state
  return Object.fromEntries(
    writers.map((client) => {
      const writer = state?.writers.get(client)
      const { name } = agencyRef(state, writer?.agency ?? 0)
      return [String(client), officeName(name, writer?.office ?? '')]
    }),
  )
}
