/** Signing a proposal with the root keys in a folder, and publishing it when they are enough. */
import { writeFile } from 'node:fs/promises'
import { encodeProposal, parseProposal, readProposal } from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { readRootKeys, signAtHand } from '../federation/root-keys.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { keyFilesIn } from '../folder/key-file.ts'
import type { Operations } from '../operations/operations.ts'
import { print } from './output.ts'
import { passphrases } from './passphrase.ts'

/** Where a proposal goes: into a file to be signed elsewhere, or at once into force. */
export type Destination = {
  readonly dir: string
  readonly out?: string
  readonly again?: boolean
  readonly profile?: unknown
}

/** Writes the proposal to `out`, or signs it here and publishes it. */
export async function settleProposal(
  operations: Operations,
  text: string,
  { dir, out, again = false, profile }: Destination,
): Promise<void> {
  const folder = dataFolder(dir).root
  if (out !== undefined || (await keyFilesIn(folder)).length === 0) {
    const file = out ?? 'roster-proposal.json'
    await writeFile(file, text)
    const { quorums } = readProposal(createCrypto(), parseProposal(text))
    const needed = quorums.map(({ threshold, keys }) => `${threshold} of ${keys.length}`)
    print(`Proposal: ${file}`)
    print(`  root keys that have to sign: ${[...new Set(needed)].join(', and ')}`)
    print('  each root holder: mulu roster sign FILE --key ROOT.key --out SIGNED')
    print(`  then: mulu roster publish --dir ${dir} SIGNED…`)
    return
  }
  const keys = await readRootKeys(folder, passphrases())
  const signed = await signAtHand(parseProposal(text), keys, again)
  const roster = await operations.publish([encodeProposal(signed)], profile)
  print(`Roster ${roster.version} signed: ${roster.hash}`)
}
