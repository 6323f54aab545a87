import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { createSigner } from '../crypto.ts'

/** The libp2p identity that a transport seed stands for, as text. */
export function peerIdOf(seed: Uint8Array): string {
  const publicKey = createSigner(seed).publicKey.subarray(1)
  return peerIdFromPublicKey(publicKeyFromRaw(publicKey)).toString()
}
