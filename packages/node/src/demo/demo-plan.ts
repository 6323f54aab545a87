/**
 * Who takes part in the demonstration and with which records. The Chinese data portals go to
 * agencies by province (GB/T 2260 codes), portals of the whole country to the coordinator, and
 * the feeds of seven US agencies to one agency as a second, differently shaped source.
 */

/** A node of the demonstration. */
export type DemoNode = {
  readonly id: string
  readonly code: string
  readonly names: { readonly 'zh-Hans': string; readonly en: string }
  readonly region: string
  readonly office: string
  /** Rights beside what the role gives. */
  readonly rights?: string
  /** Provinces whose portals the node imports; '' stands for nationwide ones. */
  readonly provinces: readonly string[]
  /** Feeds under samples/dcat-us. */
  readonly feeds: readonly string[]
}

const EAST = ['31', '32', '33', '34', '35', '36', '37']
const SOUTH = ['42', '43', '44', '45', '46', '50', '51', '52', '53', '54']

/** The five nodes: the coordinator first, the regional office last. */
export const DEMO_NODES: readonly DemoNode[] = [
  {
    id: 'coordinator',
    code: 'CN-COORD',
    names: { 'zh-Hans': '国家信息资源协调中心', en: 'National Coordination Office' },
    region: 'CN',
    office: '',
    provinces: ['', '11', '12', '13', '14', '15', '21', '22', '23'],
    feeds: [],
  },
  {
    id: 'east',
    code: 'CN-EAST',
    names: { 'zh-Hans': '华东数据局', en: 'Eastern Data Bureau' },
    region: '310000',
    office: '',
    provinces: EAST,
    feeds: [],
  },
  {
    id: 'south',
    code: 'CN-SOUTH',
    names: { 'zh-Hans': '中南西南数据局', en: 'Southern Data Bureau' },
    region: '440000',
    office: '',
    provinces: SOUTH,
    feeds: [],
  },
  {
    id: 'exchange',
    code: 'US-EXCHANGE',
    names: { 'zh-Hans': '境外目录交换中心', en: 'Foreign Catalogue Exchange' },
    region: '',
    office: '',
    provinces: ['41', '61', '62', '63', '64', '65'],
    feeds: [
      'cms.json',
      'consumerfinance.json',
      'dhs.json',
      'dol.json',
      'energy.json',
      'gsa.json',
      'opm.json',
    ],
  },
  {
    id: 'office',
    code: 'CN-EAST',
    names: { 'zh-Hans': '华东数据局', en: 'Eastern Data Bureau' },
    region: '330000',
    office: '杭州办事处 Hangzhou Office',
    rights: 'describe,classify',
    provinces: [],
    feeds: [],
  },
]
