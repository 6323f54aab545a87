/**
 * Root keys and what they sign. Beside each key file stands `<name>.signed`, the newest version
 * that the key has signed, so that a root holder does not sign two rosters of one version without
 * meaning to.
 */
import {
  hashToText,
  keyToText,
  MuluError,
  type Proposal,
  readProposal,
  type Signer,
  signProposal,
} from '@mulu/registry-core'
import { createCrypto, createSigner } from '../crypto.ts'
import { keyFilesIn, type PassphraseSource, readKeyFile } from '../folder/key-file.ts'
import { readIfThere, writeWhole } from '../folder/write-file.ts'

/** A root key at hand. */
export type RootKey = { readonly file: string; readonly signer: Signer }

type Signed = { readonly version: number; readonly hash: string }

/** The root keys in a folder; MULU_NOT_COORDINATOR when there are none. */
export async function readRootKeys(
  folder: string,
  passphrase?: PassphraseSource,
): Promise<readonly RootKey[]> {
  const files = await keyFilesIn(folder)
  if (files.length === 0) throw new MuluError('MULU_NOT_COORDINATOR', { details: { folder } })
  const keys: RootKey[] = []
  for (const file of files) keys.push(await readRootKey(file, passphrase))
  return keys
}

/** One root key by its file. */
export async function readRootKey(file: string, passphrase?: PassphraseSource): Promise<RootKey> {
  return { file, signer: createSigner(await readKeyFile(file, passphrase)) }
}

/**
 * Signs a proposal with root keys and notes it beside each. MULU_SIGNED_OTHER when one has signed
 * another roster of this version, unless `again` says that the other one is withdrawn.
 */
export async function signWith(
  proposal: Proposal,
  keys: readonly RootKey[],
  again: boolean,
): Promise<Proposal> {
  const crypto = createCrypto()
  const { draft } = readProposal(crypto, proposal)
  const signed: Signed = { version: draft.version, hash: hashToText(draft.hash) }
  for (const { file } of keys) await refuseSecond(file, signed, again)
  const result = keys.reduce((each, { signer }) => signProposal(crypto, each, signer), proposal)
  for (const { file } of keys) await writeWhole(noteOf(file), `${JSON.stringify(signed)}\n`)
  return result
}

/** Signs with those keys at hand that have something to sign; others in the folder do not count. */
export async function signAtHand(
  proposal: Proposal,
  keys: readonly RootKey[],
  again: boolean,
): Promise<Proposal> {
  const { quorums } = readProposal(createCrypto(), proposal)
  const roots = new Set(quorums.flatMap((quorum) => quorum.keys.map(keyToText)))
  const able = keys.filter(({ signer }) => roots.has(keyToText(signer.publicKey)))
  return signWith(proposal, able, again)
}

async function refuseSecond(file: string, signed: Signed, again: boolean): Promise<void> {
  const before = parseNote(await readIfThere(noteOf(file)))
  if (again || before === undefined || before.hash === signed.hash) return
  if (before.version < signed.version) return
  const hint = 'If that roster was withdrawn and never published, say --again.'
  throw new MuluError('MULU_SIGNED_OTHER', { details: { key: file, signed: before, hint } })
}

function noteOf(file: string): string {
  return `${file.replace(/\.key$/, '')}.signed`
}

function parseNote(text: string | undefined): Signed | undefined {
  if (text === undefined) return undefined
  try {
    const note = JSON.parse(text) as Partial<Signed> | null
    if (typeof note?.version !== 'number' || typeof note.hash !== 'string') return undefined
    return { version: note.version, hash: note.hash }
  } catch {
    // A damaged note protects nobody; the next signature writes it anew.
    return undefined
  }
}
