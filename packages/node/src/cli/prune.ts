/** prune, keep: dropping superseded values that others keep. */
import { Argument, type Command } from 'commander'
import { dataFolder } from '../folder/data-folder.ts'
import { type Keeps, readNodeConfig, writeNodeConfig } from '../folder/node-config.ts'
import type { PruneReport } from '../operations/operations.ts'
import type { KeepingStatus } from '../status/keeping.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, startProgress } from './output.ts'

type Done = (status: ExitStatus) => void
type Arguments = { readonly dir: string; readonly dryRun?: boolean; readonly json?: boolean }

/** `mulu prune` */
export function addPrune(program: Command, done: Done): void {
  program
    .command('prune')
    .description('drop superseded values that a settled snapshot covers and another node keeps')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--dry-run', 'only count, also on a node that keeps everything')
    .option('--json', 'print JSON')
    .action(async ({ dir, dryRun = false, json }: Arguments) => {
      await using operations = await openOperations(dir)
      const progress = startProgress('commits')
      const report = await operations.prune(dryRun, progress.update).finally(progress.stop)
      if (json === true) printJson(report)
      else printPruned(report)
      done(0)
    })
}

function printPruned({ dryRun, bodies, bytes, commits, keeping }: PruneReport): void {
  const verb = dryRun ? 'can be dropped' : 'dropped'
  print(`${verb}: ${bodies} superseded bodies in ${commits} commits, ${bytes} bytes`)
  const { archives } = keeping
  if (bodies === 0 && keeping.keeps === 'live') {
    print(
      '  Only what a settled snapshot covers and a node that keeps everything was heard to have.',
    )
  }
  if (archives.length > 0) print(`  kept whole by: ${archives.map(nameText).join('; ')}`)
}

/** `mulu keep` */
export function addKeep(program: Command, done: Done): void {
  program
    .command('keep')
    .description('what a node keeps from its next start on: everything, or only what is live')
    .addArgument(new Argument('<what>', 'all, or live').choices(['all', 'live']))
    .requiredOption('--dir <dir>', 'data folder of the node')
    .action(async (what: Keeps, { dir }: { readonly dir: string }) => {
      const folder = dataFolder(dir)
      await writeNodeConfig(folder, { ...(await readNodeConfig(folder)), keeps: what })
      print(
        what === 'all'
          ? 'From its next start on this node keeps everything, and fetches what it has dropped.'
          : 'From its next start on this node drops what is superseded, once others keep it.',
      )
      done(0)
    })
}

/** The lines of `mulu status`: nothing on a node that keeps everything and has it all. */
export function keepingLines(keeping: KeepingStatus): readonly string[] {
  const { keeps, lackingRecords, lackedPositions, archives, lastPruned } = keeping
  const lines: string[] = []
  if (lackingRecords > 0) {
    lines.push(
      `LACKS values of ${lackingRecords} records that count; neighbours are asked for them`,
    )
  }
  if (keeps === 'all') {
    return lackedPositions === 0
      ? lines
      : [
          ...lines,
          `keeps everything; ${lackedPositions} commits are fetched from who has them whole`,
        ]
  }
  const names = archives.map(nameText).join('; ')
  const kept = names === '' ? 'no node was heard that keeps everything' : `kept whole by ${names}`
  lines.push(`keeps what is live; ${kept}`)
  if (lastPruned !== null) {
    const { bodies, bytes, finishedMs } = lastPruned
    const when = new Date(finishedMs).toISOString()
    lines.push(`  dropped ${bodies} superseded bodies, ${bytes} bytes, at ${when}`)
  }
  return lines
}

function nameText(name: Readonly<Record<string, string>>): string {
  return Object.values(name).join(' / ')
}
