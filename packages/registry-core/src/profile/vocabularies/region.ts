import type { Vocabulary } from '../profile.ts'

/** Code of GB/T 2260 (or of a country), ISO 3166 code, Chinese and English name. */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['CN', 'CN', '全国', 'China (nationwide)'],
  ['110000', 'CN-BJ', '北京市', 'Beijing'],
  ['120000', 'CN-TJ', '天津市', 'Tianjin'],
  ['130000', 'CN-HE', '河北省', 'Hebei'],
  ['140000', 'CN-SX', '山西省', 'Shanxi'],
  ['150000', 'CN-NM', '内蒙古自治区', 'Inner Mongolia'],
  ['210000', 'CN-LN', '辽宁省', 'Liaoning'],
  ['220000', 'CN-JL', '吉林省', 'Jilin'],
  ['230000', 'CN-HL', '黑龙江省', 'Heilongjiang'],
  ['310000', 'CN-SH', '上海市', 'Shanghai'],
  ['320000', 'CN-JS', '江苏省', 'Jiangsu'],
  ['330000', 'CN-ZJ', '浙江省', 'Zhejiang'],
  ['340000', 'CN-AH', '安徽省', 'Anhui'],
  ['350000', 'CN-FJ', '福建省', 'Fujian'],
  ['360000', 'CN-JX', '江西省', 'Jiangxi'],
  ['370000', 'CN-SD', '山东省', 'Shandong'],
  ['410000', 'CN-HA', '河南省', 'Henan'],
  ['420000', 'CN-HB', '湖北省', 'Hubei'],
  ['430000', 'CN-HN', '湖南省', 'Hunan'],
  ['440000', 'CN-GD', '广东省', 'Guangdong'],
  ['450000', 'CN-GX', '广西壮族自治区', 'Guangxi'],
  ['460000', 'CN-HI', '海南省', 'Hainan'],
  ['500000', 'CN-CQ', '重庆市', 'Chongqing'],
  ['510000', 'CN-SC', '四川省', 'Sichuan'],
  ['520000', 'CN-GZ', '贵州省', 'Guizhou'],
  ['530000', 'CN-YN', '云南省', 'Yunnan'],
  ['540000', 'CN-XZ', '西藏自治区', 'Tibet'],
  ['610000', 'CN-SN', '陕西省', 'Shaanxi'],
  ['620000', 'CN-GS', '甘肃省', 'Gansu'],
  ['630000', 'CN-QH', '青海省', 'Qinghai'],
  ['640000', 'CN-NX', '宁夏回族自治区', 'Ningxia'],
  ['650000', 'CN-XJ', '新疆维吾尔自治区', 'Xinjiang'],
  ['710000', 'CN-TW', '台湾省', 'Taiwan'],
  ['810000', 'CN-HK', '香港特别行政区', 'Hong Kong'],
  ['820000', 'CN-MO', '澳门特别行政区', 'Macao'],
  ['US', 'US', '美国', 'United States'],
]

/** Regions: provinces of GB/T 2260 as six digits, and whole countries by ISO 3166. */
export const REGIONS: Vocabulary = {
  label: { 'zh-Hans': '行政区划', en: 'Region' },
  source: 'GB/T 2260 (2023 list); ISO 3166-2',
  terms: ROWS.map(([code, iso, zh, en]) => ({ code, iso, label: { 'zh-Hans': zh, en } })),
}

const codeByIso: ReadonlyMap<string, string> = new Map(ROWS.map(([code, iso]) => [iso, code]))

/** The region code of an ISO 3166 code such as CN-SC; undefined when it is not listed. */
export function isoToRegion(iso: string): string | undefined {
  return codeByIso.get(iso)
}
