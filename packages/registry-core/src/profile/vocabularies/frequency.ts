import type { Vocabulary } from '../profile.ts'
import { termList } from './term-list.ts'

/** How often a resource changes: codes of the EU frequency table. */
export const FREQUENCIES: Vocabulary = {
  label: { 'zh-Hans': '更新周期', en: 'Update cycle' },
  source: 'http://publications.europa.eu/resource/authority/frequency',
  terms: termList([
    ['UPDATE_CONT', '实时', 'Continuously updated'],
    ['CONT', '连续', 'Continuous'],
    ['HOURLY', '每小时', 'Hourly'],
    ['BIHOURLY', '每两小时', 'Every two hours'],
    ['TRIHOURLY', '每三小时', 'Every three hours'],
    ['DAILY_2', '每日两次', 'Twice a day'],
    ['DAILY', '每日', 'Daily'],
    ['WEEKLY_3', '每周三次', 'Three times a week'],
    ['WEEKLY_2', '每周两次', 'Twice a week'],
    ['WEEKLY', '每周', 'Weekly'],
    ['BIWEEKLY', '每两周', 'Every two weeks'],
    ['MONTHLY_3', '每月三次', 'Three times a month'],
    ['MONTHLY_2', '每月两次', 'Twice a month'],
    ['MONTHLY', '每月', 'Monthly'],
    ['BIMONTHLY', '每两月', 'Every two months'],
    ['QUARTERLY', '每季度', 'Quarterly'],
    ['ANNUAL_3', '每年三次', 'Three times a year'],
    ['ANNUAL_2', '每半年', 'Twice a year'],
    ['ANNUAL', '每年', 'Annual'],
    ['BIENNIAL', '每两年', 'Every two years'],
    ['TRIENNIAL', '每三年', 'Every three years'],
    ['QUADRENNIAL', '每四年', 'Every four years'],
    ['QUINQUENNIAL', '每五年', 'Every five years'],
    ['DECENNIAL', '每十年', 'Every ten years'],
    ['BIDECENNIAL', '每二十年', 'Every twenty years'],
    ['TRIDECENNIAL', '每三十年', 'Every thirty years'],
    ['IRREG', '不定期', 'Irregular'],
    ['NEVER', '不更新', 'Never'],
    ['UNKNOWN', '未知', 'Unknown'],
  ]),
}
