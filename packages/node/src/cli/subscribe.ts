/** subscribe: holding a part of the catalogue. */
import { type Amount, MuluError } from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import type { SubscribeReport } from '../operations/subscribe.ts'
import type { HeldPart } from '../status/held-part.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson } from './output.ts'

type Done = (status: ExitStatus) => void
type Arguments = {
  readonly dir: string
  readonly agency?: readonly string[]
  readonly region?: readonly string[]
  readonly own?: boolean
  readonly all?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `mulu subscribe` */
export function addSubscribe(program: Command, done: Done): void {
  program
    .command('subscribe')
    .description('hold the records of some agencies only; without options: what is held now')
    .requiredOption('--dir <dir>', 'data folder of the node, an office')
    .option('--agency <code...>', 'agencies beside the own one, by code')
    .option('--region <code...>', 'agencies of regions, by the beginning of their code')
    .addOption(new Option('--own', 'the own agency alone').conflicts(['agency', 'region', 'all']))
    .addOption(new Option('--all', 'everything again').conflicts(['agency', 'region']))
    .option('--dry-run', 'only say how many records and bytes would come and go')
    .option('--json', 'print JSON')
    .action(async ({ dir, agency, region, own, all, dryRun = false, json }: Arguments) => {
      const isSaid = [agency, region, own, all].some((option) => option !== undefined)
      if (dryRun && !isSaid) {
        const reason = 'Say what is to be held: --agency, --region, --own or --all.'
        throw new MuluError('MULU_USAGE', { details: { reason } })
      }
      await using operations = await openOperations(dir)
      if (!isSaid) {
        const held = await operations.held()
        if (json === true) printJson(held)
        else for (const line of heldLines(held)) print(line)
        return done(0)
      }
      const [agencies, regions] = [agency ?? [], region ?? []]
      const order = { all: all === true, agencies, regions, dryRun }
      const report = await operations.subscribe(order)
      if (json === true) printJson(report)
      else for (const line of reportLines(report)) print(line)
      done(0)
    })
}

function reportLines(report: SubscribeReport): readonly string[] {
  const { dryRun, agencies, comes, goes, archived, held } = report
  const lines = [
    `${dryRun ? 'would hold' : 'holds'} ${agencies.agencies} of ${agencies.of} agencies, and the headers of all`,
    `  ${dryRun ? 'would come' : 'comes'}: ${amountText(comes)}, as far as headers here tell`,
    `  ${dryRun ? 'would go' : 'goes'}: ${amountText(goes)}`,
  ]
  if (goes.bytes > archived.bytes) {
    lines.push('  what goes stays until a node that keeps everything was heard to have it')
  }
  return dryRun ? lines : [...lines, ...heldLines(held).slice(1)]
}

function amountText({ records, bytes }: Amount): string {
  return `${records} records, ${bytes} bytes`
}

/** What is held, as lines; of a node that holds everything one. */
export function heldLines(held: HeldPart | null): readonly string[] {
  if (held === null) return ['holds everything']
  const { agencies, of, names, subscribed, leaving, lacking, isWitness } = held
  const named = names.map(({ name, code }) => Object.values(name)[0] ?? code).join('; ')
  const more = agencies > names.length ? `; ${agencies - names.length} more` : ''
  const lines = [`holds ${agencies} of ${of} agencies, and the headers of all: ${named}${more}`]
  if (subscribed.regions.length > 0) lines.push(`  regions: ${subscribed.regions.join(', ')}`)
  if (lacking > 0) lines.push(`  the values of ${lacking} records are still to come`)
  if (leaving > 0) {
    lines.push(`  ${leaving} agencies go once a node that keeps everything was heard to have them`)
  }
  if (isWitness) {
    lines.push(
      '  ALARM the roster names this node as a witness; it agrees to nothing before mulu subscribe --all',
    )
  }
  return lines
}
