import { randomBytes } from 'node:crypto'
import {
  fromHex,
  hashToText,
  keyToText,
  sm2Key,
  sm3Hash,
  textToHash,
  textToKey,
  toHex,
  verify,
} from '@mulu/registry-core'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { expect } from 'chai'
import { createCrypto } from '../src/crypto.ts'
import { sm3, verifySm2 } from '../src/sm2.ts'

const crypto = createCrypto()

/** GB/T 32918.5-2017, annex A: the key, the message and its signature. */
const X = '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020'
const R = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3'
const S = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa'
const KEY = fromHex(`03${X}`)
const MESSAGE = new TextEncoder().encode('message digest')

describe('SM2 and SM3', () => {
  it('[KY2] hashes as the examples of GB/T 32905 say', () => {
    const abc = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
    const abcd = 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'
    expect(toHex(sm3(new TextEncoder().encode('abc')))).to.equal(abc)
    expect(toHex(sm3(new TextEncoder().encode('abcd'.repeat(16))))).to.equal(abcd)
    const tagged = sm3Hash(crypto, new TextEncoder().encode('abc'))
    expect(hashToText(tagged)).to.equal(`sm3:${abc}`)
    expect(textToHash(`sm3:${abc}`)).to.deep.equal(tagged)
  })

  it('[KY2] verifies the signature of GB/T 32918.5, and no altered one', () => {
    const signature = fromHex(R + S)
    expect(verifySm2(KEY, MESSAGE, signature)).to.equal(true)
    for (let at = 0; at < 64; at += 9) {
      const altered = Uint8Array.from(signature)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(verifySm2(KEY, MESSAGE, altered), `byte ${at}`).to.equal(false)
    }
    expect(verifySm2(fromHex(`02${X}`), MESSAGE, signature)).to.equal(false)
    expect(verifySm2(KEY, MESSAGE.subarray(1), signature)).to.equal(false)
    expect(verifySm2(KEY, MESSAGE, new Uint8Array(64))).to.equal(false)
    expect(verifySm2(new Uint8Array(33).fill(2), MESSAGE, signature)).to.equal(false)
    expect(verifySm2(KEY, MESSAGE, fromHex(R))).to.equal(false)
  })

  it('[KY2] carries an SM2 key by its tag through the same verification as any other', () => {
    const { key, sign } = createSm2Signer()
    expect(textToKey(keyToText(key))).to.deep.equal(key)
    expect(keyToText(key)).to.match(/^sm2:/)
    const domain = new TextEncoder().encode('mulu/test')
    const signature = sign(Buffer.concat([domain, MESSAGE]))
    expect(verify(crypto, key, domain, MESSAGE, signature)).to.equal(true)
    expect(verify(crypto, key, domain, MESSAGE.subarray(1), signature)).to.equal(false)
    const confused = Uint8Array.from(key.subarray(0, 33))
    confused[0] = 1
    expect(verify(crypto, confused, domain, MESSAGE, signature)).to.equal(false)
  })
})

/** Signs by GB/T 32918.2 with a random key; only tests sign with SM2. */
function createSm2Signer(): { key: Uint8Array; sign: (message: Uint8Array) => Uint8Array } {
  const big = (hex: string): bigint => BigInt(`0x${hex}`)
  const a = 'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc'
  const b = '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93'
  const gx = '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7'
  const gy = 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0'
  const p = big('fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff')
  const n = big('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')
  const Point = weierstrass({ p, n, h: 1n, a: big(a), b: big(b), Gx: big(gx), Gy: big(gy) })
  const draw = (): bigint => (big(randomBytes(32).toString('hex')) % (n - 2n)) + 1n
  const d = draw()
  const own = Point.BASE.multiply(d)
  const inverse = Point.Fn.inv(1n + d)
  const uncompressed = own.toBytes(false).subarray(1)
  const id = Buffer.from('00803132333435363738313233343536373'.concat('8'), 'hex')
  const z = sm3(id, Buffer.from(a + b + gx + gy, 'hex'), uncompressed)
  return {
    key: sm2Key(own.toBytes(true)),
    sign: (message) => {
      const e = big(toHex(sm3(z, message)))
      const k = draw()
      const r = (e + Point.BASE.multiply(k).toAffine().x) % n
      const s = Point.Fn.mul(inverse, Point.Fn.create(k - r * d))
      const hex = (value: bigint): string => value.toString(16).padStart(64, '0')
      return fromHex(hex(r) + hex(s))
    },
  }
}
