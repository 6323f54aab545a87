/**
 * Verification of SM2 signatures (GB/T 32918.2, with the user id of GM/T 0009). Node's OpenSSL
 * has the curve and SM3, but no way to say the user id that is hashed before the message.
 */
import { createHash } from 'node:crypto'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'

const A = 'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc'
const B = '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93'
const GX = '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7'
const GY = 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0'
const USER_ID = '1234567812345678'
const NUMBER_BYTES = 32

/** The curve of GB/T 32918.5. */
const Point = weierstrass({
  p: numberOf('fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff'),
  n: numberOf('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123'),
  h: 1n,
  a: numberOf(A),
  b: numberOf(B),
  Gx: numberOf(GX),
  Gy: numberOf(GY),
})
const ORDER = Point.Fn.ORDER

function numberOf(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

/** SM3 of all parts in a row. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash('sm3')
  for (const part of parts) digest.update(part)
  return Uint8Array.from(digest.digest())
}

/** Whether r and s are a signature of the message under a compressed point. Never throws. */
export function verifySm2(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(key)
    const r = numberOf(hexOf(signature.subarray(0, NUMBER_BYTES)))
    const s = numberOf(hexOf(signature.subarray(NUMBER_BYTES)))
    const t = (r + s) % ORDER
    const isInRange = r > 0n && r < ORDER && s > 0n && s < ORDER && t !== 0n
    if (signature.length !== 2 * NUMBER_BYTES || !isInRange) return false
    const e = numberOf(hexOf(sm3(signerHash(point.toBytes(false)), message)))
    const { x } = Point.BASE.multiply(s).add(point.multiplyUnsafe(t)).toAffine()
    return (e + x) % ORDER === r
  } catch {
    // Bytes that are no point of the curve signed nothing.
    return false
  }
}

/** Z of GB/T 32918.2 section 5.5: user id, curve and public key. */
function signerHash(uncompressed: Uint8Array): Uint8Array {
  const idBits = Uint8Array.of(0, USER_ID.length * 8)
  const curve = Buffer.from(A + B + GX + GY, 'hex')
  return sm3(idBits, Buffer.from(USER_ID), curve, uncompressed.subarray(1))
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
