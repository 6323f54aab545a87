import { expect } from 'chai'
import type { TFunction } from 'i18next'
import type { Peer, Roster } from '../src/api.ts'
import { bundleErrorKey, lockOf, mayPass } from '../src/bundle/bundle-error.ts'
import { passphraseHeader } from '../src/bundle/passphrase-header.ts'
import { receiversOf } from '../src/bundle/receivers.ts'
import { reportLines, verdictOf } from '../src/bundle/report-lines.ts'
import type { BundleReport } from '../src/bundle/upload-bundle.ts'
import { formatBytes } from '../src/format.ts'
import { ApiError } from '../src/request.ts'

const REPORT: BundleReport = {
  ...{
    new: 3,
    known: 1,
    waiting: 0,
    postponed: 0,
    refused: 0,
    rosters: 0,
    orders: 0,
    erased: 0,
    notHeld: 0,
  },
  ...{ codes: {}, sender: 1, to: 2, madeMs: 1, damaged: 0, problem: null },
}
const t = ((key: string, { count }: { count?: number } = {}) =>
  count === undefined ? key : `${key} ${count}`) as unknown as TFunction

describe('the page of bundles', () => {
  it('[UI2] writes sizes in the largest unit that fits', () => {
    const sizes = [0, 999, 1_000, 38_400, 999_499, 999_600, 6_400_000, 21_400_000_000]
    expect(sizes.map((bytes) => formatBytes(bytes, 'en'))).to.deep.equal([
      '0 B',
      '999 B',
      '1 KB',
      '38 KB',
      '999 KB',
      '1 MB',
      '6.4 MB',
      '21 GB',
    ])
  })

  it('[UI61] lists the other nodes by name, tells equal names apart, and knows who has a key to encrypt to', () => {
    const peer = (client: number, name: string, self = false) =>
      ({ client, name: { en: name }, self, agency: { code: 'A' } }) as unknown as Peer
    const peers = [peer(1, 'Hub', true), peer(2, 'North'), peer(3, 'North'), peer(4, 'South')]
    const writers = [2, 3, 4].map((client) => ({
      client,
      key: client === 3 ? 'sm2:00' : 'ed25519:00',
    })) as unknown as Roster['writers']
    expect(receiversOf({ peers }, { writers }, 'en')).to.deep.equal([
      { client: 2, name: 'North (1)', hasKey: true },
      { client: 3, name: 'North (2)', hasKey: false },
      { client: 4, name: 'South', hasKey: true },
    ])
    expect(receiversOf({ peers }, undefined, 'en').map(({ hasKey }) => hasKey)).to.not.include(true)
  })

  it('[UI62] says whether all is in, and else the gravest of what is lacking', () => {
    const keyOf = (more: Partial<BundleReport>): string => verdictOf({ ...REPORT, ...more }).key
    expect(keyOf({})).to.equal('taken.whole')
    expect(keyOf({ new: 0 })).to.equal('taken.nothingNew')
    expect(keyOf({ new: 0, rosters: 1 })).to.equal('taken.whole')
    expect(keyOf({ new: 0, orders: 1 })).to.equal('taken.whole')
    expect(keyOf({ waiting: 1 })).to.equal('taken.someWait')
    expect(keyOf({ waiting: 1, refused: 1 })).to.equal('taken.someRefused')
    expect(keyOf({ refused: 1, problem: 'MULU_BUNDLE_CUT' })).to.equal('taken.part')
  })

  it('[UI62] names each thing that is lacking in words, codes of commits included', () => {
    const lines = reportLines(
      {
        ...REPORT,
        ...{ problem: 'MULU_BUNDLE_CUT', damaged: 2, waiting: 4, postponed: 5, rosters: 1 },
        ...{ orders: 3, erased: 6, notHeld: 9 },
        codes: { MULU_GRANT_MISSING: 7, MULU_WAITING_FULL: 5, MULU_OTHER: 8 },
      },
      t,
    )
    expect(
      lines.map(({ text, code }) => (code === undefined ? text : `${text} ${code}`)),
    ).to.deep.equal([
      'taken.cut',
      'taken.damaged 2',
      'taken.postponed 5',
      'taken.code.grant 7 MULU_GRANT_MISSING',
      'taken.code.other 8 MULU_OTHER',
      'taken.waiting 4',
      'taken.rosters 1',
      'taken.orders 3',
      'taken.erased 6',
      'taken.notHeld 9',
    ])
    expect(reportLines(REPORT, t)).to.deep.equal([])
  })

  it('[UI63] has words of its own for what a file is refused for, and knows what another try can change', () => {
    const error = (code: string, status = 422) => new ApiError(status, code, {})
    expect(bundleErrorKey(error('MULU_BUNDLE_SHAPE'))).to.equal('bundleError.shape')
    expect(bundleErrorKey(error('HTTP_413', 413))).to.equal('bundleError.large')
    expect(bundleErrorKey(error('FILE_GONE', 0))).to.equal('bundleError.gone')
    expect(bundleErrorKey(error('MULU_AUTHENTICATION', 401))).to.equal('error.key')
    expect(bundleErrorKey(new Error('x'))).to.equal('error.node')
    expect([mayPass(error('MULU_BUNDLE_KEY')), mayPass(error('MULU_DISK'))]).to.deep.equal([
      false,
      true,
    ])
    expect(lockOf(error('MULU_KEY_LOCKED'))).to.equal('locked')
    expect(lockOf(error('MULU_PASSPHRASE'))).to.equal('wrong')
    expect(lockOf(error('MULU_DISK'))).to.equal(undefined)
  })

  it('[UI63] sends a passphrase of any letters in a header', () => {
    const { 'mulu-passphrase': text = '' } = passphraseHeader('长堤 ✓ weir?>')
    expect(text).to.match(/^[\w-]+$/)
    expect(Buffer.from(text, 'base64url').toString('utf8')).to.equal('长堤 ✓ weir?>')
  })
})
