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

/** The line of `mulu status`. */
export function snapshotText(snapshot: SnapshotStatus): string {
  const { id, writer, atMs, agreed, agreedRoot, witnesses, threshold, settled } = snapshot
  const state = settled ? 'settled' : `not settled, needs ${threshold}`
  const counts = `${agreed.length} of ${witnesses.length} witnesses agree, ${agreedRoot.length} with the root`
  return `snapshot of ${new Date(atMs).toISOString()} by writer ${writer}: ${state}; ${counts}\n  ${id}`
}
