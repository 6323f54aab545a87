/**
 * A proposed roster version on its way between people: a file that holds everything a root holder
 * needs to judge and sign it on a machine that never sees a network, and nothing secret.
 *
 * JSON {mulu: "roster-proposal/1", chain: [base64 …], body: base64, signatures: [[key, hex] …]}
 * `chain` is every version so far in wire form, so that the file is checked from the first roster
 * on, whose fingerprint a root holder has on paper. Signatures are added; several copies that were
 * signed apart are merged.
 */
import { toBase64 } from 'lib0/buffer'
import {
  type Crypto,
  isAcceptableKey,
  keyToText,
  type PublicKey,
  type Signer,
  textToKey,
} from '../crypto.ts'
import { equalBytes, fromHex, toHex } from '../encoding/bytes.ts'
import { readArray, readShape, readText } from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { ROSTER_BYTES_MAX } from '../limits.ts'
import { readBase64 } from './request-text.ts'
import {
  encodeRoster,
  type Roster,
  type RosterDraft,
  type RosterSignature,
  readDraft,
  rootsFor,
  rosterMessage,
  signersOf,
  verifyRoster,
} from './roster.ts'

/** The file as it is read; nothing of it is verified yet. */
export type Proposal = {
  readonly chain: readonly Uint8Array[]
  readonly body: Uint8Array
  readonly signatures: readonly RosterSignature[]
}

/** What a proposal says, verified from the first roster on. */
export type ReadProposal = {
  /** The version it follows. */
  readonly before: Roster
  readonly draft: RosterDraft
  /** Who has to sign, and who has: the root keys before, and those that the version states. */
  readonly quorums: readonly Quorum[]
  readonly isComplete: boolean
}

/** One set of root keys that has to sign. */
export type Quorum = {
  readonly threshold: number
  readonly keys: readonly PublicKey[]
  readonly signed: readonly PublicKey[]
}

const FORMAT = 'roster-proposal/1'
const VERSIONS_MAX = 1_000_000
const SIGNATURES_MAX = 128

/** The text of the file. */
export function encodeProposal({ chain, body, signatures }: Proposal): string {
  const json = {
    mulu: FORMAT,
    chain: chain.map(toBase64),
    body: toBase64(body),
    signatures: signatures.map(([key, signature]) => [keyToText(key), toHex(signature)]),
  }
  return `${JSON.stringify(json, null, 1)}\n`
}

/** Reads the text of a file; MULU_PROPOSAL_SHAPE when it is no proposal. */
export function parseProposal(text: string): Proposal {
  try {
    const keys = ['mulu', 'chain', 'body', 'signatures']
    const shape = readShape(JSON.parse(text), keys, 'proposal')
    if (shape['mulu'] !== FORMAT) throw new Error(`mulu is not ${FORMAT}`)
    return {
      chain: readArray(shape['chain'], readRosterBytes, VERSIONS_MAX, 'chain'),
      body: readRosterBytes(shape['body']),
      signatures: readArray(shape['signatures'], readSignature, SIGNATURES_MAX, 'signatures'),
    }
  } catch (cause) {
    throw new MuluError('MULU_PROPOSAL_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function readRosterBytes(value: unknown): Uint8Array {
  return readBase64(value, ROSTER_BYTES_MAX)
}

function readSignature(value: unknown): RosterSignature {
  const [keyText, hex] = readArray(
    value,
    (part) => readText(part, 256, 'signature'),
    2,
    'signature',
  )
  const key = textToKey(keyText ?? '')
  if (key === undefined) throw new Error('a signer is no public key')
  if (!/^[0-9a-f]{128}$/.test(hex ?? '')) throw new Error('a signature is not hex')
  return [key, fromHex(hex ?? '')]
}

/** Verifies the chain and the proposed version; throws like `verifyRoster`. */
export function readProposal(crypto: Crypto, proposal: Proposal): ReadProposal {
  let before: Roster | undefined
  for (const bytes of proposal.chain) before = verifyRoster(crypto, before, bytes)
  if (before === undefined) {
    throw new MuluError('MULU_PROPOSAL_SHAPE', { details: { reason: 'The chain is empty.' } })
  }
  const draft = draftOf(crypto, before, proposal.body)
  const quorums = rootsFor(before, draft.state).map(({ keys, threshold }) => ({
    keys,
    threshold,
    signed: signersOf(crypto, { keys, threshold }, proposal.body, proposal.signatures),
  }))
  const isComplete = quorums.every(({ signed, threshold }) => signed.length >= threshold)
  return { before, draft, quorums, isComplete }
}

function draftOf(crypto: Crypto, before: Roster, body: Uint8Array): RosterDraft {
  try {
    return readDraft(crypto, before, body)
  } catch (cause) {
    if (isMuluError(cause)) throw cause
    throw new MuluError('MULU_ROSTER_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** Adds the signature of a root key; MULU_ROOT_KEY when the key has nothing to sign here. */
export function signProposal(crypto: Crypto, proposal: Proposal, signer: Signer): Proposal {
  const { quorums } = readProposal(crypto, proposal)
  const key = signer.publicKey
  const isRoot = quorums.some(({ keys }) => keys.some((each) => equalBytes(each, key)))
  if (!isRoot || !isAcceptableKey(key)) {
    throw new MuluError('MULU_ROOT_KEY', { details: { key: keyToText(key) } })
  }
  const others = proposal.signatures.filter(([each]) => !equalBytes(each, key))
  const signature = signer.sign(rosterMessage(proposal.body))
  return { ...proposal, signatures: [...others, [key, signature]] }
}

/** Copies of one proposal that were signed apart, as one; MULU_PROPOSAL_OTHER when they are not. */
export function mergeProposals(proposals: readonly Proposal[]): Proposal {
  const [first, ...others] = proposals
  if (first === undefined) {
    throw new MuluError('MULU_PROPOSAL_SHAPE', { details: { reason: 'No file is given.' } })
  }
  const signatures = new Map(first.signatures.map((pair) => [toHex(pair[0]), pair] as const))
  for (const [index, other] of others.entries()) {
    if (!equalBytes(other.body, first.body)) {
      throw new MuluError('MULU_PROPOSAL_OTHER', { details: { file: index + 2 } })
    }
    for (const pair of other.signatures) signatures.set(toHex(pair[0]), pair)
  }
  return { ...first, signatures: [...signatures.values()] }
}

/** The signed version as it travels. */
export function proposalToRoster({ body, signatures }: Proposal): Uint8Array {
  return encodeRoster(body, signatures)
}
