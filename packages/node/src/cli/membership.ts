/** found, ticket, init, admit: how a federation begins and grows. */
import { readFile } from 'node:fs/promises'
import {
  encodeProposal,
  MuluError,
  parseProposal,
  type Right,
  readProposal,
  textToHash,
} from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { createCrypto } from '../crypto.ts'
import { type Admitted, admittedBy } from '../federation/admit.ts'
import { parseNames } from '../federation/agency-names.ts'
import { fingerprintOf } from '../federation/fingerprint.ts'
import { foundFederation } from '../federation/found.ts'
import { initialiseNode } from '../federation/join.ts'
import { readRootKeys, signAtHand } from '../federation/root-keys.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { type Keeps, readNodeConfig } from '../folder/node-config.ts'
import { PROFILES } from '../store/profiles.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { collect, parseCount, parseRights } from './options.ts'
import { print, printJson } from './output.ts'
import { passphrases } from './passphrase.ts'
import { parseNumber } from './roster-options.ts'
import { isByAgency, printTaken, settleDraft } from './sign-order.ts'

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
        printFingerprint(founded.federation.id)
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
    .option('--fingerprint <words>', 'what the coordinator has read out to you')
    .addOption(
      new Option('--keeps <what>', 'everything, or only what is live, which comes sooner').choices([
        'all',
        'live',
      ]),
    )
    .action(async (options: AgencyOptions & InitOptions) => {
      const { ticket, fingerprint, keeps } = options
      const checked = fingerprint === undefined ? {} : { fingerprint }
      const keeping = keeps === undefined ? {} : { keeps }
      const made = await initialiseNode({ ...agencyOf(options), ticket, ...checked, ...keeping })
      if (fingerprint === undefined) {
        print('Compare this with what the coordinator reads out to you by phone:')
        printFingerprint(made.federation.id)
      }
      print(`Join request for ${made.federation.name}: ${made.joinRequest}`)
      print('Bring it to the coordinator, who runs: mulu admit --dir … FILE')
      print('or to whoever has the key of your agency:  mulu admit --dir … --agency-key … FILE')
      done(0)
    })
}

/** `mulu fingerprint` */
export function addFingerprint(program: Command, done: Done): void {
  program
    .command('fingerprint')
    .description('print the federation as words, to be read out by phone')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async ({ dir, json }: { readonly dir: string; readonly json?: boolean }) => {
      const { federation } = await readNodeConfig(dataFolder(dir))
      const fed = textToHash(federation.id) ?? new Uint8Array()
      if (json === true) printJson({ ...federation, words: fingerprintOf(fed) })
      else {
        print(`${federation.name} ${federation.id}`)
        printFingerprint(federation.id)
      }
      done(0)
    })
}

function printFingerprint(id: string): void {
  const fed = textToHash(id)
  if (fed === undefined) return
  const words = fingerprintOf(fed)
  print(`  ${words.en}`)
  print(`  ${words['zh-Hans']}`)
}

/** `mulu admit` */
export function addAdmit(program: Command, done: Done): void {
  program
    .command('admit')
    .description(
      'admit newcomers: with the root keys in the folder, or with the key of their agency',
    )
    .argument('<files...>', 'join requests')
    .requiredOption(
      '--dir <dir>',
      'data folder of the coordinator, or of any node for --agency-key',
    )
    .option('--rights <rights>', 'describe,classify,erase', parseRights)
    .option('--agency-key <file>', 'sign an order with the administrator key of the agency')
    .option('--draft <file>', 'or write the order, to be signed where that key is')
    .option('--number <n>', 'number of the order; the lowest that is free here', parseNumber)
    .option('--again', 'sign although another roster of this version was signed and withdrawn')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: AdmitOptions) => {
      const admit = await Promise.all(files.map(readRequest))
      const { rights } = options
      if (isByAgency(options)) {
        done(await admitByOrder(admit, options))
        return
      }
      await using operations = await openOperations(options.dir)
      const orders = { admit, ...(rights === undefined ? {} : { rights }) }
      const proposal = parseProposal(await operations.propose(orders))
      const keys = await readRootKeys(dataFolder(options.dir).root, passphrases())
      const signed = await signAtHand(proposal, keys, options.again ?? false)
      const roster = await operations.publish([encodeProposal(signed)])
      const { draft } = readProposal(createCrypto(), signed)
      printAdmitted({ roster, admitted: admittedBy(draft.changes) }, options.json ?? false)
      done(0)
    })
}

/** Admits by orders of the agency, without any root holder. */
async function admitByOrder(admit: readonly unknown[], options: AdmitOptions): Promise<ExitStatus> {
  const { dir, rights, number, json } = options
  await using operations = await openOperations(dir)
  const text = await operations.draftOrders({
    admit,
    ...(rights === undefined ? {} : { rights }),
    ...(number === undefined ? {} : { number }),
  })
  const taken = await settleDraft(operations, text, options)
  return printTaken(taken, json)
}

type InitOptions = {
  readonly ticket: string
  readonly fingerprint?: string
  readonly keeps?: Keeps
}

type AdmitOptions = {
  readonly dir: string
  readonly rights?: readonly Right[]
  readonly agencyKey?: string
  readonly draft?: string
  readonly number?: number
  readonly again?: boolean
  readonly json?: boolean
}

function printAdmitted(admitted: Admitted, json: boolean): void {
  if (json) {
    printJson(admitted)
    return
  }
  print(`Roster ${admitted.roster.version} signed: ${admitted.roster.hash}`)
  for (const each of admitted.admitted) {
    print(`  writer ${each.client}, agency ${each.agency}, ${each.office ?? 'head office'}`)
  }
}

/** The JSON of a join request file. */
export async function readRequest(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_REQUEST_SHAPE', { cause, details: { file, reason } })
  }
}
