/** The sample records of a node, as texts that can be imported. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { DemoNode } from './demo-plan.ts'

const SAMPLES = fileURLToPath(new URL('../../../../samples', import.meta.url))

/** A feed to import and the name of its source. */
export type DemoFeed = { readonly name: string; readonly text: string }

/** ISO 3166-2 letters of provinces by the first two digits of GB/T 2260. */
const PROVINCE_BY_ISO: Readonly<Record<string, string>> = {
  'CN-BJ': '11',
  'CN-TJ': '12',
  'CN-HE': '13',
  'CN-SX': '14',
  'CN-NM': '15',
  'CN-LN': '21',
  'CN-JL': '22',
  'CN-HL': '23',
  'CN-SH': '31',
  'CN-JS': '32',
  'CN-ZJ': '33',
  'CN-AH': '34',
  'CN-FJ': '35',
  'CN-JX': '36',
  'CN-SD': '37',
  'CN-HA': '41',
  'CN-HB': '42',
  'CN-HN': '43',
  'CN-GD': '44',
  'CN-GX': '45',
  'CN-HI': '46',
  'CN-CQ': '50',
  'CN-SC': '51',
  'CN-GZ': '52',
  'CN-YN': '53',
  'CN-XZ': '54',
  'CN-SN': '61',
  'CN-GS': '62',
  'CN-QH': '63',
  'CN-NX': '64',
  'CN-XJ': '65',
}

/** What a node imports: the portals of its provinces, and whole feeds. */
export async function samplesOf(node: DemoNode): Promise<readonly DemoFeed[]> {
  const portals = await readFile(`${SAMPLES}/cn-portals/cn_portals.jsonl`, 'utf8')
  const lines = portals.split('\n').filter((line) => line !== '' && isOf(node, line))
  const feeds = await Promise.all(
    node.feeds.map(async (name) => ({
      name,
      text: await readFile(`${SAMPLES}/dcat-us/${name}`, 'utf8'),
    })),
  )
  const own = lines.length === 0 ? [] : [{ name: 'cn-portals', text: `${lines.join('\n')}\n` }]
  return [...own, ...feeds]
}

type Portal = {
  readonly coverage?: readonly {
    readonly location?: { readonly subregion?: { readonly id?: string } }
  }[]
}

function isOf(node: DemoNode, line: string): boolean {
  const portal = JSON.parse(line) as Portal
  const iso = portal.coverage?.[0]?.location?.subregion?.id ?? ''
  return node.provinces.includes(PROVINCE_BY_ISO[iso] ?? '')
}
