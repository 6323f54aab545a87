import type { Vocabulary } from '../profile.ts'
import { termList } from './term-list.ts'

/** Publication states, from least to most restrictive. */
export const STATES: Vocabulary = {
  label: { 'zh-Hans': '发布状态', en: 'Publication state' },
  terms: termList([
    ['published', '已发布', 'Published'],
    ['withdrawn', '已撤销', 'Withdrawn'],
  ]),
}

/** How agencies share with each other, from least to most restrictive. */
export const SHARING_TYPES: Vocabulary = {
  label: { 'zh-Hans': '共享类型', en: 'Sharing type' },
  source: '国发〔2016〕51号',
  confidence: 'secondary',
  terms: [
    {
      code: 'unconditional',
      number: '1',
      label: { 'zh-Hans': '无条件共享', en: 'Shared without conditions' },
    },
    {
      code: 'conditional',
      number: '2',
      label: { 'zh-Hans': '有条件共享', en: 'Shared on conditions' },
    },
    { code: 'none', number: '3', label: { 'zh-Hans': '不予共享', en: 'Not shared' } },
  ],
}

/** Openness to the public, from least to most restrictive. */
export const OPENNESS_TYPES: Vocabulary = {
  label: { 'zh-Hans': '开放类型', en: 'Openness' },
  terms: termList([
    ['open', '向社会开放', 'Open to the public'],
    ['conditional', '有条件开放', 'Open on conditions'],
    ['closed', '不予开放', 'Not open'],
  ]),
}

/** Ways in which a shared resource is handed over. */
export const SHARING_METHODS: Vocabulary = {
  label: { 'zh-Hans': '共享方式', en: 'Sharing method' },
  source: '发改高技术〔2017〕1272号',
  confidence: 'unconfirmed',
  terms: termList([
    ['platform', '共享平台', 'Exchange platform'],
    ['mail', '邮件', 'Mail'],
    ['media', '介质交换', 'Physical media'],
  ]),
}
