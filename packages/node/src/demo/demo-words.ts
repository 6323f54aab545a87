/** What the demonstration says, in both languages. */

/** The languages of the terminal. */
export type DemoLanguage = 'zh-Hans' | 'en'

const WORDS = {
  title: {
    'zh-Hans': '目录演示:五个节点,一份全国目录,没有中心数据库',
    en: 'Mulu demonstration: five nodes, one national catalogue, no central database',
  },
  folder: { 'zh-Hans': '数据目录', en: 'Data folder' },
  founding: {
    'zh-Hans': '成立联合体,签署第一版名册',
    en: 'Founding the federation and signing the first roster',
  },
  admitting: { 'zh-Hans': '接纳节点', en: 'Admitting' },
  starting: {
    'zh-Hans': '启动四个节点,办事处离线',
    en: 'Starting four nodes; the office stays offline',
  },
  importing: { 'zh-Hans': '导入目录', en: 'Importing catalogues' },
  imported: { 'zh-Hans': '条记录', en: 'records' },
  resuming: {
    'zh-Hans': '从磁盘继续,不重新导入',
    en: 'Resuming from disk; nothing is imported again',
  },
  levelling: { 'zh-Hans': '等待四个节点一致', en: 'Waiting until the four nodes agree' },
  visiting: {
    'zh-Hans': '办事处联网一次,取得目录,然后断开',
    en: 'The office connects once, takes the catalogue along and leaves',
  },
  offline: {
    'zh-Hans': '办事处离线修改:自己的关键字,以及总部同时也在修改的标题',
    en: 'The office edits offline: keywords of its own, and a title that its head office changes as well',
  },
  joining: { 'zh-Hans': '办事处重新联网', en: 'The office joins again' },
  merged: {
    'zh-Hans': '不同字段自动合并;同一字段两个值都保留,等待选定',
    en: 'Different fields merged; of the common one both values stand until a person picks',
  },
  equal: { 'zh-Hans': '五个节点的目录指纹一致', en: 'All five digests are equal' },
  unequal: { 'zh-Hans': '目录指纹不一致', en: 'The digests are not equal' },
  portal: { 'zh-Hans': '门户(检索与浏览)', en: 'Portal (search and read)' },
  situation: { 'zh-Hans': '国家态势', en: 'Situation of the federation' },
  node: { 'zh-Hans': '本节点', en: 'This node' },
  conflict: { 'zh-Hans': '有冲突的记录', en: 'The record with the conflict' },
  stop: { 'zh-Hans': '按 Ctrl-C 停止全部节点', en: 'Ctrl-C stops all five nodes' },
  stopping: { 'zh-Hans': '正在停止', en: 'Stopping' },
  stopped: { 'zh-Hans': '五个节点已停止', en: 'All five nodes have stopped' },
} as const

/** A phrase of the demonstration. */
export type DemoWord = keyof typeof WORDS

/** The phrase in a language. */
export function demoWord(word: DemoWord, language: DemoLanguage): string {
  return WORDS[word][language]
}
