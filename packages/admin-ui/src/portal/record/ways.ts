import type { Fields, Json } from '../../api.ts'
import { isObject } from '../../request.ts'

/** One way to get what a record describes. */
export type Way = {
  readonly path: string
  readonly kind: 'download' | 'service' | 'page'
  readonly title: string | undefined
  readonly format: string | undefined
  readonly url: string
}

/** Downloads first, then services, then the page that tells more; each in the order of its owner. */
export function waysOf(fields: Fields): readonly Way[] {
  return [
    ...listOf(fields, 'distributions').flatMap(([path, value]) => distributionWay(path, value)),
    ...listOf(fields, 'endpoint').flatMap(([path, value]) => wayOf(path, 'service', value)),
    ...wayOf('landingPage', 'page', fields['landingPage'] ?? null),
  ]
}

function distributionWay(path: string, value: Json): readonly Way[] {
  const isDownload = isObject(value) && (textOf(value, 'download') ?? textOf(value, 'downloadURL'))
  return wayOf(path, isDownload ? 'download' : 'page', value)
}

function wayOf(path: string, kind: Way['kind'], value: Json): readonly Way[] {
  if (typeof value === 'string') {
    return isWebAddress(value)
      ? [{ path, kind, title: undefined, format: undefined, url: value }]
      : []
  }
  if (!isObject(value)) return []
  const addresses = ['download', 'downloadURL', 'url', 'accessURL', 'link']
  const url = addresses
    .map((name) => textOf(value, name))
    .find((text) => text && isWebAddress(text))
  if (url === undefined) return []
  const format = textOf(value, 'format') ?? textOf(value, 'mediaType') ?? textOf(value, 'type')
  return [{ path, kind, title: textOf(value, 'title') ?? textOf(value, 'name'), format, url }]
}

/** The elements of a list of fields, in the order that their owner gave them. */
export function listOf(fields: Fields, head: string): readonly (readonly [string, Json])[] {
  return Object.entries(fields)
    .filter(([path]) => path.startsWith(`${head}/`))
    .sort(([leftPath, left], [rightPath, right]) => {
      const [leftKey, rightKey] = [orderOf(left) + leftPath, orderOf(right) + rightPath]
      return leftKey < rightKey ? -1 : Number(leftKey > rightKey)
    })
}

function orderOf(value: Json): string {
  return (isObject(value) ? textOf(value, 'order') : undefined) ?? '~'
}

/** Only addresses that a browser opens without running anything become links. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text)
}

function textOf(value: Json, name: string): string | undefined {
  const text = isObject(value) ? value[name] : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** The first address that a letter can go to. */
export function mailOf(fields: Fields): string | undefined {
  for (const [, value] of listOf(fields, 'contact')) {
    const mail = textOf(value, 'email') ?? textOf(value, 'hasEmail')
    const address = mail?.replace(/^mailto:/i, '')
    if (address !== undefined && /^[^\s@?&]+@[^\s@?&]+$/.test(address)) return address
  }
  return undefined
}

/** The type of `sharing` and `openness`: the one word that the others explain. */
export function typeOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value
  return value === undefined ? undefined : textOf(value, 'type')
}

/** The condition that stands beside a type. */
export function conditionOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : textOf(value, 'condition')
}
