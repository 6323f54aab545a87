/** found, ticket, init, admit: how a federation begins and grows. */
import { readFile } from 'node:fs/promises'
import { MuluError, type Right } from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { parseNames } from '../federation/agency-names.ts'
import { foundFederation } from '../federation/found.ts'
import { initialiseNode } from '../federation/join.ts'
import { PROFILES } from '../store/profiles.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { collect, parseCount, parseRights } from './options.ts'
import { print, printJson } from './output.ts'

type Done = (status: ExitStatus) => void
type AgencyOptions = {
  readonly dir: string
  readonly agency: string
  readonly agencyName: readonly string[]
  readonly region: string
  readonly office: string
}

function withAgency(command: Command): Command {
  return command
    .requiredOption('--dir <dir>', 'data folder of the node')
    .requiredOption('--agency <code>', 'code of the agency (unified social credit code or other)')
    .requiredOption('--agency-name <name>', 'name, again as en=… or zh-Hans=…', collect)
    .option('--region <code>', 'code of the region', '')
    .option('--office <name>', 'name of the regional office', '')
}

function agencyOf(options: AgencyOptions): {
  readonly dir: string
  readonly agency: {
    readonly code: string
    readonly names: ReturnType<typeof parseNames>
    readonly region: string
  }
  readonly office: string
} {
  const { dir, agency, agencyName, region, office } = options
  return { dir, agency: { code: agency, names: parseNames(agencyName), region }, office }
}

/** `mulu found` */
export function addFound(program: Command, done: Done): void {
  withAgency(program.command('found').description('found a federation'))
    .requiredOption('--name <name>', 'name of the federation')
    .addOption(
      new Option('--profile <id>', 'profile').choices(Object.keys(PROFILES)).default('cn-gov'),
    )
    .option('--root-keys <n>', 'how many root keys to make', parseCount, 3)
    .option('--threshold <k>', 'how many of them sign a roster', parseCount, 2)
    .action(
      async (
        options: AgencyOptions & {
          readonly name: string
          readonly profile: 'cn-gov' | 'dcat'
          readonly rootKeys: number
          readonly threshold: number
        },
      ) => {
        const { name, profile, rootKeys, threshold } = options
        const founded = await foundFederation(
          { ...agencyOf(options), name, profile: PROFILES[profile], rootKeys, threshold },
          systemClock,
        )
        print(`Founded ${name}`)
        print(`  federation ${founded.federation.id}`)
        print(`  root keys  ${founded.rootKeys} (${threshold} of ${rootKeys} sign)`)
        print('  Move the root keys to people who keep them offline.')
        print(`Next: mulu start --dir ${options.dir}; mulu ticket --dir ${options.dir}`)
        done(0)
      },
    )
}

/** `mulu ticket` */
export function addTicket(program: Command, done: Done): void {
  program
    .command('ticket')
    .description('print a join ticket')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .action(async ({ dir }: { readonly dir: string }) => {
      await using operations = await openOperations(dir)
      print(await operations.ticket())
      done(0)
    })
}

/** `mulu init` */
export function addInit(program: Command, done: Done): void {
  withAgency(program.command('init').description('prepare a node that asks to be admitted'))
    .requiredOption('--ticket <ticket>', 'join ticket of the federation')
    .action(async (options: AgencyOptions & { readonly ticket: string }) => {
      const made = await initialiseNode({ ...agencyOf(options), ticket: options.ticket })
      print(`Join request for ${made.federation.name}: ${made.joinRequest}`)
      print('Bring it to the coordinator, who runs: mulu admit --dir … FILE')
      done(0)
    })
}

/** `mulu admit` */
export function addAdmit(program: Command, done: Done): void {
  program
    .command('admit')
    .description('sign the next roster with join requests')
    .argument('<files...>', 'join requests')
    .requiredOption('--dir <dir>', 'data folder of the coordinator')
    .option('--rights <rights>', 'describe,classify,erase', parseRights)
    .option('--json', 'print JSON')
    .action(
      async (
        files: readonly string[],
        options: {
          readonly dir: string
          readonly rights?: readonly Right[]
          readonly json?: boolean
        },
      ) => {
        const texts = await Promise.all(files.map(readRequest))
        await using operations = await openOperations(options.dir)
        const admitted = await operations.admit(texts, options.rights)
        if (options.json === true) printJson(admitted)
        else {
          print(`Roster ${admitted.roster.version} signed: ${admitted.roster.hash}`)
          for (const each of admitted.admitted) {
            print(`  writer ${each.client}, agency ${each.agency}, ${each.office ?? 'head office'}`)
          }
        }
        done(0)
      },
    )
}

async function readRequest(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_REQUEST_SHAPE', { cause, details: { file, reason } })
  }
}
