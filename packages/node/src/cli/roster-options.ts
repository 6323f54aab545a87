/** Options of `mulu roster propose`, from text to orders; MULU_USAGE says what is wrong. */
import { MuluError } from '@mulu/registry-core'
import { parseNames } from '../federation/agency-names.ts'
import { EVERY_FEDERATION_LOG } from '../federation/revoke.ts'
import type { AgencyOrder, CloseOrder, RosterOrders } from '../federation/roster-orders.ts'
import { parseRights } from './options.ts'

type Item<K extends keyof RosterOrders> =
  NonNullable<RosterOrders[K]> extends readonly (infer T)[] ? T : never

function refuse(text: string, form: string): never {
  throw new MuluError('MULU_USAGE', { details: { reason: `${text} is not of the form ${form}.` } })
}

/** A number from 1. */
export function parseNumber(text: string): number {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : refuse(text, 'of a number')
}

/** `A1=en=Water Board` */
export function parseAgencyName(text: string): AgencyOrder {
  const [, agency = '', name = ''] = /^([^=]+)=(.+)$/.exec(text) ?? refuse(text, 'agency=name')
  return { agency, names: parseNames([name]) }
}

/** `3=A1` */
export function parseTransfer(text: string): Item<'transfer'> {
  const [, ns = '', agency = ''] = /^(\d+)=(.+)$/.exec(text) ?? refuse(text, 'namespace=agency')
  return { namespace: parseNumber(ns), agency }
}

/** `A1` or `A1=A2` */
export function parseRetirement(text: string): Item<'retire'> {
  const [, agency = '', successor] = /^([^=]+)(?:=(.+))?$/.exec(text) ?? refuse(text, 'agency')
  return successor === undefined ? { agency } : { agency, successor }
}

/** `4:2:describe,classify` */
export function parseGrant(text: string): Item<'grant'> {
  const [writer, namespace, rights, ...rest] = text.split(':')
  if (rights === undefined || rest.length > 0) refuse(text, 'writer:namespace:rights')
  return {
    writer: parseNumber(writer ?? ''),
    namespace: parseNumber(namespace ?? ''),
    rights: parseRights(rights),
  }
}

/** `4`, `4:2`, `4:final` or `4:2:final` */
export function parseClosing(text: string, why: string): CloseOrder {
  const parts = /^(\d+)(?::(\d+))?(:final)?$/.exec(text) ?? refuse(text, 'writer[:ns][:final]')
  const [, writer = '', namespace, final] = parts
  return {
    ...{ writer: parseNumber(writer), final: final !== undefined, why },
    ...(namespace === undefined ? {} : { namespace: parseNumber(namespace) }),
  }
}

/** `4:2:17:sha256:…:15`, of a log of the federation */
export function parsePin(text: string): Item<'pin'> {
  const form = /^(\d+):(\d+):(\d+):(sha256:[0-9a-f]{64}):(\d+)$/
  const parts = form.exec(text) ?? refuse(text, 'writer:namespace:seq:id:forkedAt')
  const [, writer = '', namespace = '', seq = '', id = '', forkedAt = ''] = parts
  return {
    ...{ writer: parseNumber(writer), namespace: parseNumber(namespace), audience: 1 },
    ...{ seq: parseNumber(seq), id, forkedAt: parseNumber(forkedAt) },
  }
}

/** `7` for the logs of the federation, `2/0:7` for the log of one namespace and audience. */
export function parseFrom(texts: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    texts.map((text) => {
      const parts = /^(?:(\d+\/[01]):)?(\d+)$/.exec(text) ?? refuse(text, 'seq or ns/audience:seq')
      const [, log = EVERY_FEDERATION_LOG, seq = ''] = parts
      return [log, parseNumber(seq)] as const
    }),
  )
}
