/**
 * The request of an agency that the root holders name its administrator key: a JSON file a person
 * carries to them. It shows possession of the key and holds nothing personal.
 *
 * JSON {mulu: "administrator-request/1", fed: "sha256:…", agency: code, key: "ed25519:…", proof}
 * `proof` is hex: the signature of the key over "mulu/administrator/1" || CBOR [fed, code, key].
 */
import {
  type Crypto,
  DOMAIN,
  hashToText,
  isAcceptableKey,
  keyToText,
  type PublicKey,
  type Signer,
  signFor,
  verify,
} from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { readShape } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'
import { readFederationText, readHex, readKeyText, readNonEmpty } from './request-text.ts'

/** What the file says, read and checked. */
export type AdministratorRequest = {
  readonly fed: Uint8Array
  /** A code of the agency. */
  readonly agency: string
  readonly key: PublicKey
}

/** Makes the JSON of a request for the key of `signer`. */
export function createAdministratorRequest(
  signer: Signer,
  { fed, agency }: Omit<AdministratorRequest, 'key'>,
): string {
  const key = signer.publicKey
  const proof = signFor(signer, DOMAIN.administrator, messageOf({ fed, agency, key }))
  const request = {
    mulu: FORMAT,
    fed: hashToText(fed),
    agency,
    key: keyToText(key),
    proof: toHex(proof),
  }
  return `${JSON.stringify(request, null, 2)}\n`
}

/** Reads and checks a request; MULU_REQUEST_SHAPE, MULU_KEY_WEAK or MULU_SIGNATURE. */
export function parseAdministratorRequest(crypto: Crypto, text: string): AdministratorRequest {
  const { proof, ...request } = readRequest(text)
  if (!isAcceptableKey(request.key)) throw new MuluError('MULU_KEY_WEAK')
  if (!verify(crypto, request.key, DOMAIN.administrator, messageOf(request), proof)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'request of an agency' } })
  }
  return request
}

const FORMAT = 'administrator-request/1'

function messageOf({ fed, agency, key }: AdministratorRequest): Uint8Array {
  return encodeCbor([fed, agency, key])
}

function readRequest(text: string): AdministratorRequest & { readonly proof: Uint8Array } {
  try {
    const keys = ['mulu', 'fed', 'agency', 'key', 'proof']
    const shape = readShape(JSON.parse(text), keys, 'request')
    if (shape['mulu'] !== FORMAT) throw new Error(`mulu is not ${FORMAT}`)
    return {
      fed: readFederationText(shape['fed']),
      agency: readNonEmpty(shape['agency'], 64, 'agency'),
      key: readKeyText(shape['key']),
      proof: readHex(shape['proof'], 64, 'proof'),
    }
  } catch (cause) {
    throw new MuluError('MULU_REQUEST_SHAPE', { cause, details: { reason: String(cause) } })
  }
}
