/** Snapshots as status, pages and commands show them. */
import { hashToText, type Registry, type Snapshot } from '@mulu/registry-core'

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
}

const SHOWN_MAX = 8

/** The newest snapshots, and the newest settled one where it is not among them. */
export function listSnapshots(registry: Registry): readonly SnapshotStatus[] {
  const all = registry.snapshots()
  const newest = all.slice(0, SHOWN_MAX)
  const settled = all.find((snapshot) => snapshot.isSettled)
  const shown = settled === undefined || newest.includes(settled) ? newest : [...newest, settled]
  return shown.map(showSnapshot)
}

/** One snapshot as JSON. */
export function showSnapshot(snapshot: Snapshot): SnapshotStatus {
  const { id, log, atMs, root, heads, witnesses, threshold, agreed, agreedRoot } = snapshot
  return {
    ...{ id: hashToText(id), writer: log.writer, atMs, root: hashToText(root) },
    ...{ logs: heads.length, witnesses, threshold, agreed, agreedRoot },
    settled: snapshot.isSettled,
    rootSettled: snapshot.isRootSettled,
  }
}
