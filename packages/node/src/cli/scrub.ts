/** scrub: the store read through for rot. */
import type { Command } from 'commander'
import { findingText, type ScrubStatus } from '../scrub/scrub-status.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, say, startProgress } from './output.ts'

type Done = (status: ExitStatus) => void
type Arguments = { readonly dir: string; readonly json?: boolean }

/** `mulu scrub`; status 1 while something is damaged that a peer has to send again. */
export function addScrub(program: Command, done: Done): void {
  program
    .command('scrub')
    .description('read the whole store through for rot, name it and mend what can be mended')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async ({ dir, json }: Arguments) => {
      await using operations = await openOperations(dir)
      const progress = startProgress('commits and records')
      const status = await operations.scrub(progress.update).finally(progress.stop)
      if (json === true) printJson(status)
      else printScrub(status)
      done(status.damaged > 0 ? 1 : 0)
    })
}

function printScrub(status: ScrubStatus): void {
  const { last } = status
  if (last === undefined) return
  for (const { file, offset, bytes } of last.files) {
    say(`file ${file}: ${bytes} bytes at ${offset} have rotted`)
  }
  for (const finding of last.findings) say(findingText(finding))
  const { commits, records, found, rebuilt, indexRebuilt } = last
  print(`read through: ${commits} commits, ${records} records; ${found} findings`)
  if (rebuilt > 0) print(`  built anew: the records of ${rebuilt} namespaces`)
  if (indexRebuilt) print('  built anew: the search index')
  for (const line of damageLines(status)) print(line)
}

function damageLines({ damaged, waiting }: ScrubStatus): readonly string[] {
  if (damaged === 0) return []
  return [
    `  damaged: ${damaged} commits, which this node cannot give back by itself.`,
    '  They come again from any node that has them: connect one, or bring a bundle of everything in.',
    ...(waiting > 0 ? [`  ${waiting} namespaces are built anew after that`] : []),
  ]
}

/** What the status says of it: nothing while all is well. */
export function scrubLines(status: ScrubStatus): readonly string[] {
  const { running, damaged, commits, last } = status
  const lines: string[] = []
  if (running !== undefined) {
    const percent = Math.floor((100 * running.done) / Math.max(1, running.total))
    lines.push(`the store is being read through, ${percent} %`)
  }
  if (damaged > 0) lines.push(`DAMAGED ${damaged} commits; see mulu scrub`)
  for (const finding of commits) lines.push(`  ${findingText(finding)}`)
  if (damaged === 0 && (last?.found ?? 0) > 0) {
    lines.push(`the last scrub found and mended rot in ${last?.found} places`)
  }
  return lines
}
