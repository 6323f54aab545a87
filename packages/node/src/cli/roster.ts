/** roster propose, sign, show, publish, choose: how root holders change the roster. */
import { readFile, writeFile } from 'node:fs/promises'
import {
  encodeProposal,
  MuluError,
  mergeProposals,
  parseProposal,
  type Right,
  readProposal,
} from '@mulu/registry-core'
import type { Command } from 'commander'
import { readEnvironment } from '../config.ts'
import { createCrypto } from '../crypto.ts'
import { describeProposal } from '../federation/describe-roster.ts'
import { readProfile } from '../federation/propose.ts'
import { readRootKey, signWith } from '../federation/root-keys.ts'
import type { RosterOrders } from '../federation/roster-orders.ts'
import { printBeforeSigning } from './before-signing.ts'
import type { ExitStatus } from './cli.ts'
import { confirm } from './confirm.ts'
import { readRequest } from './membership.ts'
import { openOperations } from './open-operations.ts'
import { collect, parseCount, parseRights } from './options.ts'
import { print, printJson } from './output.ts'
import { passphrases } from './passphrase.ts'
import {
  parseAgencyName,
  parseClosing,
  parseGrant,
  parseNumber,
  parsePin,
  parseRetirement,
  parseTransfer,
} from './roster-options.ts'
import { settleProposal } from './sign-here.ts'

type Done = (status: ExitStatus) => void

/** `mulu roster` */
export function addRoster(program: Command, done: Done): void {
  const roster = program.command('roster').description('change the roster: propose, sign, publish')
  addPropose(roster, done)
  addSign(roster, done)
  addShow(roster, done)
  addPublish(roster, done)
  addChoose(roster, done)
  addProfile(roster, done)
}

type List<T> = readonly T[] | undefined
type ProposeOptions = {
  readonly dir: string
  readonly out?: string
  readonly again?: boolean
  readonly admit: List<string>
  readonly rights?: readonly Right[]
  readonly name: List<string>
  readonly namespace: List<string>
  readonly transfer: List<string>
  readonly retire: List<string>
  readonly grant: List<string>
  readonly close: List<string>
  readonly pin: List<string>
  readonly why: string
  readonly witness: List<string>
  readonly witnessThreshold?: number
  readonly rootKey: List<string>
  readonly threshold?: number
  readonly profile?: string
  readonly administrator: List<string>
  readonly endAdministrator: List<string>
  readonly stand: List<string>
  readonly rules?: number
  readonly confirm?: boolean
}

function addPropose(roster: Command, done: Done): void {
  roster
    .command('propose')
    .description('propose the next roster; with root keys in the folder it is signed at once')
    .requiredOption('--dir <dir>', 'data folder of any node of the federation')
    .option('--out <file>', 'write a file for root holders to sign elsewhere')
    .option('--again', 'sign although another roster of this version was signed and withdrawn')
    .option('--admit <file>', 'join request; may be repeated, as all that follow', collect)
    .option('--rights <rights>', 'rights of all who are admitted', parseRights)
    .option('--name <agency=name>', 'A1=en=Water Board: a name of an agency', collect)
    .option('--namespace <agency>', 'a new namespace of an agency, for a split', collect)
    .option('--transfer <ns=agency>', '3=A1: move a namespace to an agency', collect)
    .option('--retire <agency[=successor]>', 'end an agency; the successor takes over', collect)
    .option('--grant <writer:ns:rights>', '4:2:describe,classify', collect)
    .option('--close <writer[:ns][:final]>', 'close grants where the logs stand here', collect)
    .option('--why <text>', 'reason of a closing', 'closed')
    .option('--pin <writer:ns:seq:id:forkedAt>', 'the branch of a forked log that counts', collect)
    .option('--witness <writer>', 'witnesses, all of them', collect)
    .option('--witness-threshold <k>', 'how many of them agree', parseCount)
    .option('--root-key <key>', 'ed25519:… of all root keys from now on', collect)
    .option('--threshold <k>', 'how many root keys sign from now on', parseCount)
    .option('--profile <file>', 'a new version of the profile')
    .option('--administrator <file>', 'request to name the administrator key of an agency', collect)
    .option('--end-administrator <agency>', 'end the administrator key of an agency', collect)
    .option('--stand <order>', 'number of an order of that key that stands, or none', collect)
    .option(
      '--rules <version>',
      'rules from now on; older software follows no roster then',
      parseNumber,
    )
    .option('--confirm', 'change nothing: confirm that all stands as it did')
    .action(async (options: ProposeOptions) => {
      const profile = options.profile === undefined ? undefined : await readJson(options.profile)
      const orders = await ordersOf(options, profile)
      await using operations = await openOperations(options.dir)
      const { dir, out, again } = options
      const text = await operations.propose(orders)
      await printBeforeSigning(operations, text)
      await settleProposal(operations, text, {
        dir,
        ...(out === undefined ? {} : { out }),
        ...(again === undefined ? {} : { again }),
        profile,
      })
      done(0)
    })
}

async function ordersOf(options: ProposeOptions, profile: unknown): Promise<RosterOrders> {
  const { witness = [], rootKey = [], rights, why } = options
  const names = (options.name ?? []).map(parseAgencyName)
  const orders: RosterOrders = {
    admit: await Promise.all((options.admit ?? []).map(readRequest)),
    agencies: names,
    found: options.namespace ?? [],
    transfer: (options.transfer ?? []).map(parseTransfer),
    retire: (options.retire ?? []).map(parseRetirement),
    grant: (options.grant ?? []).map(parseGrant),
    close: (options.close ?? []).map((text) => parseClosing(text, why)),
    pin: (options.pin ?? []).map(parsePin),
  }
  return {
    ...orders,
    ...(await administratorOrders(options)),
    ...(rights === undefined ? {} : { rights }),
    ...(options.confirm === true ? { confirm: true } : {}),
    ...(witness.length === 0
      ? {}
      : { witnesses: { writers: witness.map(parseNumber), threshold: witnessThreshold(options) } }),
    ...(rootKey.length === 0
      ? {}
      : { roots: { keys: rootKey, threshold: needed(options.threshold, '--threshold') } }),
    ...(profile === undefined ? {} : { profile: profileOrder(profile) }),
  }
}

/** `--stand` is said of the one key that is ended; `none` of it means that nothing stands. */
async function administratorOrders({
  administrator = [],
  endAdministrator = [],
  stand,
  rules,
}: ProposeOptions): Promise<RosterOrders> {
  if (stand !== undefined && endAdministrator.length !== 1) {
    const reason = '--stand goes with one --end-administrator.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  const standing = stand === undefined ? {} : { stand: stand.filter((each) => each !== 'none') }
  return {
    administrators: await Promise.all(administrator.map(readRequest)),
    endAdministrators: endAdministrator.map((agency) => ({ agency, ...standing })),
    ...(rules === undefined ? {} : { rules }),
  }
}

function profileOrder(profile: unknown): NonNullable<RosterOrders['profile']> {
  const { id, version, hash } = readProfile(profile)
  return { id, version, hash }
}

/** More than half, unless more are asked for. */
function witnessThreshold({ witness = [], witnessThreshold: given }: ProposeOptions): number {
  return given ?? Math.floor(witness.length / 2) + 1
}

function needed<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value
  throw new MuluError('MULU_USAGE', { details: { reason: `${option} is needed here.` } })
}

function addSign(roster: Command, done: Done): void {
  roster
    .command('sign')
    .description('sign a proposal with one root key; needs no network and no node')
    .argument('<file>', 'proposal')
    .option('--key <file>', 'file of the root key')
    .option('--out <file>', 'signed copy', 'roster-signed.json')
    .option('--yes', 'sign without showing the question; for scripts')
    .option('--again', 'sign although another roster of this version was signed and withdrawn')
    .action(
      async (
        file: string,
        options: {
          readonly key?: string
          readonly out: string
          readonly yes?: boolean
          readonly again?: boolean
        },
      ) => {
        const proposal = parseProposal(await readText(file))
        printProposal(proposal)
        const key = await readRootKey(needed(options.key, '--key'), passphrases())
        if (options.yes !== true && !(await confirm())) {
          print('Nothing was signed.')
          done(1)
          return
        }
        const signed = await signWith(proposal, [key], options.again ?? false)
        await writeFile(options.out, encodeProposal(signed))
        print(`Signed: ${options.out}`)
        done(0)
      },
    )
}

function addShow(roster: Command, done: Done): void {
  roster
    .command('show')
    .description('say in plain words what a proposal would change, and who has signed it')
    .argument('<files...>', 'proposal, or copies of one that were signed apart')
    .action(async (files: readonly string[]) => {
      const texts = await Promise.all(files.map(readText))
      printProposal(mergeProposals(texts.map(parseProposal)))
      done(0)
    })
}

function addPublish(roster: Command, done: Done): void {
  roster
    .command('publish')
    .description('publish a roster that enough root keys have signed, at any node')
    .argument('<files...>', 'copies of the proposal that were signed apart')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--profile <file>', 'the profile that the roster names, where it is a new one')
    .option('--json', 'print JSON')
    .action(
      async (
        files: readonly string[],
        options: { readonly dir: string; readonly profile?: string; readonly json?: boolean },
      ) => {
        const texts = await Promise.all(files.map(readText))
        const profile = options.profile === undefined ? undefined : await readJson(options.profile)
        await using operations = await openOperations(options.dir)
        const roster = await operations.publish(texts, profile)
        if (options.json === true) printJson(roster)
        else print(`Roster ${roster.version} published: ${roster.hash}`)
        done(0)
      },
    )
}

function addChoose(roster: Command, done: Done): void {
  roster
    .command('choose')
    .description('settle which of two rosters of one version this node follows')
    .argument('<hash>', 'sha256:… of the one that the root holders confirm')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .action(async (hash: string, { dir }: { readonly dir: string }) => {
      await using operations = await openOperations(dir)
      await operations.chooseRoster(hash)
      print(`This node follows ${hash}`)
      done(0)
    })
}

function addProfile(roster: Command, done: Done): void {
  roster
    .command('profile')
    .description('print the present profile as JSON, to be edited and proposed')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .action(async ({ dir }: { readonly dir: string }) => {
      await using operations = await openOperations(dir)
      printJson(await operations.profile())
      done(0)
    })
}

function printProposal(proposal: ReturnType<typeof parseProposal>): void {
  const read = readProposal(createCrypto(), proposal)
  for (const line of describeProposal(read, readEnvironment().language)) print(line)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_PROPOSAL_SHAPE', { cause, details: { file, reason } })
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_PROFILE', { cause, details: { file, reason } })
  }
}
