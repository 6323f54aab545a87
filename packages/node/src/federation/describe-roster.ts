/** What a proposed roster says, in plain words, for a person who is to sign it. */
import {
  audienceText,
  hashToText,
  keyToText,
  type LogEnd,
  type Quorum,
  type ReadProposal,
  type RosterChange,
  type RosterState,
  readOrder,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { RULES_WARNING } from './administrator-keys.ts'
import { type Language, labelOf } from './agency-names.ts'
import { orderLines } from './describe-orders.ts'
import { fingerprintOf } from './fingerprint.ts'

type Names = {
  readonly agency: (id: number) => string
  readonly writer: (client: number) => string
}
type Words = (names: Names) => readonly [en: string, zh: string]

/** The lines a root holder reads before signing. */
export function describeProposal(read: ReadProposal, language: Language): readonly string[] {
  const { before, draft } = read
  const say = (en: string, zh: string): string => (language === 'en' ? en : zh)
  const words = fingerprintOf(before.fed)[language]
  const names = namesIn(before.state, draft.state, language)
  const made = new Date(draft.stampMs).toISOString()
  return [
    say(`Federation: ${before.state.name}`, `联合体:${before.state.name}`),
    say(`Fingerprint: ${words}`, `指纹:${words}`),
    say(
      `Roster version ${draft.version}, after version ${before.version} (${hashToText(before.hash)})`,
      `名册第 ${draft.version} 版,接第 ${before.version} 版(${hashToText(before.hash)})`,
    ),
    say(`Proposed at ${made}`, `拟定于 ${made}`),
    say('It would change:', '将作如下变更:'),
    ...draft.changes.flatMap((change, index) => {
      const [en, zh] = wordsOf(change, before.state)(names)
      return [`  ${index + 1}. ${say(en, zh)}`, ...standingLines(change, draft.state, language)]
    }),
    ...read.quorums.map((quorum, index) => quorumLine(quorum, index, say)),
  ]
}

function quorumLine(
  { keys, threshold, signed }: Quorum,
  index: number,
  say: (en: string, zh: string) => string,
): string {
  const who = signed.map((key) => keyToText(key).slice(0, 24)).join(', ')
  const has = who === '' ? '' : ` (${who})`
  return index === 0
    ? say(
        `Needs ${threshold} of ${keys.length} present root keys; signed: ${signed.length}${has}`,
        `需要现有 ${keys.length} 把根密钥中的 ${threshold} 把签名;已签 ${signed.length}${has}`,
      )
    : say(
        `Needs ${threshold} of ${keys.length} root keys it states; signed: ${signed.length}${has}`,
        `需要新版 ${keys.length} 把根密钥中的 ${threshold} 把签名;已签 ${signed.length}${has}`,
      )
}

function namesIn(before: RosterState, after: RosterState, language: Language): Names {
  const agency = (id: number): string => {
    const found = before.agencies.get(id) ?? after.agencies.get(id)
    return found === undefined ? `#${id}` : `${labelOf(found.names, language)} (#${id})`
  }
  const writer = (client: number): string => {
    const found = after.writers.get(client)
    if (found === undefined) return `#${client}`
    const office = found.office === '' ? '' : `, ${found.office}`
    return `#${client} (${agency(found.agency)}${office})`
  }
  return { agency, writer }
}

/** The orders that stand of a key that is ended, one a line. */
function standingLines(
  change: RosterChange,
  state: RosterState,
  language: Language,
): readonly string[] {
  if (change.type !== 'administrator') return []
  const orders = change.stand.map((bytes) => readOrder(createCrypto(), bytes))
  return orderLines(orders, state, language).map((line) => `     - ${line}`)
}

/** The end of every log of a grant; one that the change does not list ends at 0. */
function closedAt(change: Extract<RosterChange, { type: 'close' }>, before: RosterState): string {
  const { client, ns, from, ends } = change
  const grants = before.writers.get(client)?.grants ?? []
  const auds = grants.find((grant) => grant.ns === ns && grant.from === from)?.auds ?? []
  const listed = ends.map(({ aud }) => audienceText(aud))
  const unlisted = auds.map(audienceText).filter((aud) => !listed.includes(aud))
  return [endsText(ends), ...unlisted.map((aud) => `${ns}/${aud}:0`)]
    .filter((text) => text !== '')
    .join(', ')
}

function endsText(ends: readonly LogEnd[]): string {
  return ends.map(({ ns, aud, seq }) => `${ns}/${String(aud)}:${seq}`).join(', ')
}

function wordsOf(change: RosterChange, before: RosterState): Words {
  switch (change.type) {
    case 'writer':
    case 'peers':
    case 'grant':
    case 'close':
    case 'pin':
      return writerWords(change, before)
    case 'agency':
      return agencyWords(change, before)
    case 'namespace':
      return ({ agency }) => [
        `namespace ${change.id} belongs to ${agency(change.agency)}`,
        `命名空间 ${change.id} 归属 ${agency(change.agency)}`,
      ]
    case 'retire':
      return ({ agency }) => {
        const successor = change.successor === 0 ? undefined : agency(change.successor)
        return [
          `agency ${agency(change.agency)} ends${successor === undefined ? '' : `; ${successor} follows it`}`,
          `机构 ${agency(change.agency)} 终止${successor === undefined ? '' : `,由 ${successor} 承继`}`,
        ]
      }
    default:
      return federationWords(change)
  }
}

type WriterChange = Extract<RosterChange, { type: 'writer' | 'peers' | 'grant' | 'close' | 'pin' }>

function writerWords(change: WriterChange, before: RosterState): Words {
  switch (change.type) {
    case 'writer':
      return ({ writer }) => {
        const key = keyToText(change.key)
        const after = change.continues
        return [
          `admit writer ${writer(change.client)} with key ${key}${after === 0 ? '' : `, which continues #${after}`}`,
          `接纳写入方 ${writer(change.client)},密钥 ${key}${after === 0 ? '' : `,承接 #${after}`}`,
        ]
      }
    case 'peers':
      return ({ writer }) => [
        `writer ${writer(change.client)} is reached as ${change.peers.join(', ')}`,
        `写入方 ${writer(change.client)} 的网络身份改为 ${change.peers.join('、')}`,
      ]
    case 'grant':
      return ({ writer }) => [
        `writer ${writer(change.client)} may ${change.rights.join(', ')} in namespace ${change.ns}`,
        `写入方 ${writer(change.client)} 可在命名空间 ${change.ns} 行使:${change.rights.join('、')}`,
      ]
    case 'close': {
      const ends = closedAt(change, before)
      return ({ writer }) => [
        `close writer ${writer(change.client)} in namespace ${change.ns} at ${ends}${change.final ? ' for good' : ''} (${change.why})`,
        `关闭写入方 ${writer(change.client)} 在命名空间 ${change.ns} 的授权,截至 ${ends}${change.final ? ',不再恢复' : ''}(${change.why})`,
      ]
    }
    case 'pin':
      return ({ writer }) => [
        `of the forked log of writer ${writer(change.client)} the branch with ${endsText([change.log])} (${hashToText(change.log.id)}) counts, from ${change.forkedAt} on`,
        `写入方 ${writer(change.client)} 的日志分叉自 ${change.forkedAt},以含 ${endsText([change.log])}(${hashToText(change.log.id)})的一支为准`,
      ]
  }
}

function agencyWords(
  change: Extract<RosterChange, { type: 'agency' }>,
  before: RosterState,
): Words {
  const isNew = !before.agencies.has(change.id)
  const names = Object.values(change.names).join(' / ')
  const codes = change.codes.join(', ')
  const admin = change.admin === undefined ? '' : keyToText(change.admin)
  return ({ agency }) => {
    const parent = change.parent === 0 ? '' : agency(change.parent)
    return [
      `${isNew ? 'new agency' : 'agency'} #${change.id} is called ${names}, code ${codes}, region ${change.region || '-'}${parent && `, under ${parent}`}${admin && `, administrator key ${admin}`}`,
      `${isNew ? '新机构' : '机构'} #${change.id} 名为 ${names},代码 ${codes},地区 ${change.region || '-'}${parent && `,隶属 ${parent}`}${admin && `,管理密钥 ${admin}`}`,
    ]
  }
}

type FederationChange = Extract<
  RosterChange,
  { type: 'federation' | 'roots' | 'witnesses' | 'profile' | 'rules' | 'settled' | 'administrator' }
>

function federationWords(change: FederationChange): Words {
  switch (change.type) {
    case 'federation':
      return () => [`found the federation ${change.name}`, `组建联合体 ${change.name}`]
    case 'roots': {
      const keys = change.keys.map(keyToText)
      return () => [
        `REPLACE THE ROOT KEYS: from now on ${change.threshold} of ${keys.join(', ')} sign`,
        `更换根密钥:今后由以下密钥中的 ${change.threshold} 把签名:${keys.join('、')}`,
      ]
    }
    case 'witnesses':
      return ({ writer }) => [
        `witnesses: ${change.threshold} of ${change.writers.map(writer).join(', ') || 'none'}`,
        `见证节点:${change.writers.map(writer).join('、') || '无'},其中 ${change.threshold} 个须一致`,
      ]
    case 'profile':
      return () => [
        `use profile ${change.id} ${change.version} (${hashToText(change.hash)})`,
        `采用元数据规范 ${change.id} ${change.version}(${hashToText(change.hash)})`,
      ]
    case 'rules':
      return () => [
        `use rules version ${change.version}. ${RULES_WARNING}`,
        `采用规则第 ${change.version} 版。不支持该版规则的软件此后不再接收任何名册,请先升级`,
      ]
    case 'administrator': {
      const [key, count] = [keyToText(change.key), change.stand.length]
      return () => [
        `END THE ADMINISTRATOR KEY ${key}: of its orders only ${count} stand`,
        `终止管理密钥 ${key}:其机构令中仅 ${count} 项继续有效`,
      ]
    }
    case 'settled':
      return () => [
        `the erasure of entry ${change.entry} of ${hashToText(change.commit)} stands for good`,
        `对提交 ${hashToText(change.commit)} 第 ${change.entry} 项的清除不再撤销`,
      ]
  }
}
