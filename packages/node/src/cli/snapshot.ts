/** snapshot: a signed statement of what this node holds. */
import type { Command } from 'commander'
import type { SnapshotStatus } from '../status/snapshots.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson } from './output.ts'

type Done = (status: ExitStatus) => void
type Dir = { readonly dir: string; readonly json?: boolean }

/** `mulu snapshot` */
export function addSnapshot(program: Command, done: Done): void {
  program
    .command('snapshot')
    .description('sign what this node holds, for witnesses to agree to')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async ({ dir, json }: Dir) => {
      await using operations = await openOperations(dir)
      const snapshot = await operations.snapshot()
      if (json === true) printJson(snapshot)
      else printTaken(snapshot)
      done(0)
    })
}

function printTaken(snapshot: SnapshotStatus): void {
  const { id, root, logs, witnesses, threshold } = snapshot
  print(`snapshot ${id}`)
  print(`  ${logs} logs, catalogue root ${root}`)
  if (witnesses.length === 0) {
    print(
      '  the roster names no witnesses, so that nothing can settle it: mulu roster propose --witness',
    )
  } else print(`  settled once ${threshold} of ${witnesses.length} witnesses agree: mulu status`)
}

/** The lines of `mulu status`: the newest snapshot, the newest settled one, and every alarm. */
export function snapshotLines(
  snapshots: readonly SnapshotStatus[],
  nowMs: number,
): readonly string[] {
  const [newest] = snapshots
  if (newest === undefined) return ['no snapshot yet: mulu snapshot']
  const settled = snapshots.find((snapshot) => snapshot.settled)
  const shown = settled === undefined || settled === newest ? [newest] : [newest, settled]
  return [
    ...shown.flatMap((snapshot) => linesOf(snapshot, nowMs)),
    ...snapshots.flatMap((snapshot) => alarmLines(snapshot)),
  ]
}

function linesOf(snapshot: SnapshotStatus, nowMs: number): readonly string[] {
  const { id, writer, atMs, agreed, agreedRoot, witnesses, threshold, settled } = snapshot
  const state = settled ? 'settled' : `not settled, needs ${threshold}`
  const counts = `${agreed.length} of ${witnesses.length} witnesses agree, ${agreedRoot.length} with the root`
  const lacking = witnesses.filter((witness) => !agreed.includes(witness))
  return [
    `snapshot of ${new Date(atMs).toISOString()} (${ageText(nowMs - atMs)}) by writer ${writer}: ${state}; ${counts}`,
    `  ${id}`,
    ...agreed.map((witness) => `  agrees: ${nodeText(snapshot, witness)}`),
    ...lacking.map((witness) => `  not yet: ${nodeText(snapshot, witness)}`),
  ]
}

function alarmLines(snapshot: SnapshotStatus): readonly string[] {
  const { alarm, id, writer, atMs } = snapshot
  if (alarm === null) return []
  const what = alarm.differs === 'root' ? 'another catalogue at the same heads' : 'another head'
  const agreed = alarm.agreed.map((witness) => nodeText(snapshot, witness)).join('; ')
  return [
    `ALARM the snapshot of ${new Date(atMs).toISOString()} by ${nodeText(snapshot, writer)} states ${what} than this node has`,
    `  ${id}`,
    `  ${agreed === '' ? 'no witness agreed to it' : `agreed to by ${agreed}`}; mulu verify --dir tells whether it is this node`,
  ]
}

function nodeText({ names }: SnapshotStatus, writer: number): string {
  const name = Object.values(names[String(writer)] ?? {}).join(' / ')
  return `${name === '' ? 'a node' : name} (writer ${writer})`
}

/** An age in the largest unit that it has. */
function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`
  return `${Math.floor(minutes / 1_440)} days ago`
}
