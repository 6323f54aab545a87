/**
 * Signing orders with the administrator key of an agency. Beside the key file stands
 * `<name>.orders`, JSON {number: id} of what the key has signed on this machine, so that nobody
 * gives one number to two orders without meaning to: neither of two writers would count.
 */
import {
  createAdministratorRequest,
  hashToText,
  MuluError,
  type OrderDraft,
  readOrderDraft,
  type SignedOrders,
  type Signer,
  signOrderDraft,
} from '@mulu/registry-core'
import { createCrypto, createSigner } from '../crypto.ts'
import { createKeyFile, type PassphraseSource, readKeyFile } from '../folder/key-file.ts'
import { readIfThere, writeWhole } from '../folder/write-file.ts'

/** For whom a key is to be named. */
export type KeyClaim = { readonly fed: Uint8Array; readonly agency: string }

/**
 * The text of the request to name the key in a file, which is made where it is not there; a new
 * one is protected where `newPassphrase` gives a passphrase.
 */
export async function requestForKey(
  file: string,
  claim: KeyClaim,
  passphrase: PassphraseSource,
  newPassphrase: () => Promise<string | undefined>,
): Promise<string> {
  const isThere = (await readIfThere(file)) !== undefined
  const seed = isThere
    ? await readKeyFile(file, passphrase)
    : await createKeyFile(file, await newPassphrase())
  return createAdministratorRequest(createSigner(seed), claim)
}

/**
 * Signs a draft with the key in a file and notes the numbers beside it.
 * MULU_ORDER_KEY for another key; MULU_SIGNED_OTHER when it has signed another order of a number,
 * unless `again` says that the other one was never taken in anywhere.
 */
export async function signDraft(
  draft: OrderDraft,
  file: string,
  passphrase: PassphraseSource,
  again: boolean,
): Promise<SignedOrders> {
  const crypto = createCrypto()
  const { orders } = readOrderDraft(crypto, draft)
  const signer: Signer = createSigner(await readKeyFile(file, passphrase))
  const signed = signOrderDraft(crypto, draft, signer)
  const before = parseNote(await readIfThere(noteOf(file)))
  const note = { ...before }
  for (const { no, id } of orders) {
    const other = before[no]
    if (!again && other !== undefined && other !== hashToText(id))
      throw signedOther(file, no, other)
    note[no] = hashToText(id)
  }
  await writeWhole(noteOf(file), `${JSON.stringify(note)}\n`)
  return signed
}

function signedOther(file: string, number: number, signed: string): MuluError {
  const hint =
    'Take a free number with --number. If that order was never taken in anywhere, say --again.'
  return new MuluError('MULU_SIGNED_OTHER', { details: { key: file, number, signed, hint } })
}

function noteOf(file: string): string {
  return `${file.replace(/\.key$/, '')}.orders`
}

function parseNote(text: string | undefined): Record<string, string> {
  if (text === undefined) return {}
  try {
    const note: unknown = JSON.parse(text)
    if (typeof note !== 'object' || note === null) return {}
    return Object.fromEntries(
      Object.entries(note).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    )
  } catch {
    // A damaged note protects nobody; the next signature writes it anew.
    return {}
  }
}
