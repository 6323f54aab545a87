/** key request: the administrator key of an agency, and the file that asks to name it. */
import { MuluError, parseTicket, textToHash } from '@mulu/registry-core'
import type { Command } from 'commander'
import { createCrypto } from '../crypto.ts'
import { type KeyClaim, requestForKey } from '../federation/administrator-signing.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { readPublicKey } from '../folder/key-file.ts'
import { readNodeConfig } from '../folder/node-config.ts'
import { writeWhole } from '../folder/write-file.ts'
import type { ExitStatus } from './cli.ts'
import { print } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'

/** The request is public; the file is meant to be carried. */
const PUBLIC_MODE = 0o644

type RequestOptions = {
  readonly dir?: string
  readonly ticket?: string
  readonly agency?: string
  readonly out: string
  readonly passphrase: boolean
}

/** Adds `mulu key request`. */
export function addRequest(key: Command, done: (status: ExitStatus) => void): void {
  key
    .command('request')
    .description('make an administrator key for an agency, and ask the root holders to name it')
    .argument('<file>', 'where the key is kept; one that is there is used')
    .option('--dir <dir>', 'data folder of a node of the agency')
    .option('--ticket <ticket>', 'or, on a machine without a node, a join ticket of the federation')
    .option('--agency <code>', 'code of the agency; without it that of the node')
    .option('--out <file>', 'the request', 'administrator-request.json')
    .option('--no-passphrase', 'keep a new key unprotected')
    .action(async (file: string, options: RequestOptions) => {
      const claim = await claimOf(options)
      const secret = async (): Promise<string | undefined> =>
        options.passphrase ? newPassphrase(file) : undefined
      const request = await requestForKey(file, claim, passphrases(), secret)
      await writeWhole(options.out, request, PUBLIC_MODE)
      print(`Key: ${file}`)
      print(`  ${await readPublicKey(file)}`)
      print(`Request: ${options.out} (agency ${claim.agency})`)
      print('Read the key out to the root holders and bring them the request. They run:')
      print('  mulu roster propose --dir … --administrator FILE --rules 3')
      done(0)
    })
}

async function claimOf({ dir, ticket, agency }: RequestOptions): Promise<KeyClaim> {
  if ((dir === undefined) === (ticket === undefined)) {
    const reason = 'Say either --dir or --ticket, so that the federation is known.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  const config = dir === undefined ? undefined : await readNodeConfig(dataFolder(dir))
  const fed =
    config === undefined
      ? parseTicket(createCrypto(), ticket ?? '').fed
      : textToHash(config.federation.id)
  const code = agency ?? config?.agency.code
  if (code === undefined || code.trim() === '') {
    const reason = '--agency is needed here.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  if (fed === undefined) throw new MuluError('MULU_CONFIG', { details: { file: 'config.json' } })
  return { fed, agency: code }
}
