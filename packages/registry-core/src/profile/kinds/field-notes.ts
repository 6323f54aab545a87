import type { FieldNote } from '../profile.ts'

function note(zh: string, en: string, vocabulary?: string): FieldNote {
  const label = { 'zh-Hans': zh, en }
  return vocabulary === undefined ? { label } : { label, vocabulary }
}

/** Labels of the fields that resources and services share. */
export const SHARED_FIELD_NOTES: Readonly<Record<string, FieldNote>> = {
  'title/*': note('名称', 'Title'),
  'description/*': note('摘要', 'Description'),
  'keyword/*': note('关键字', 'Keywords'),
  theme: note('主题', 'Theme', 'themes'),
  region: note('行政区划', 'Region', 'regions'),
  publisher: note('提供方', 'Publisher'),
  'publisher/name': note('提供方名称', 'Name of the publisher'),
  'publisher/code': note('提供方代码', 'Code of the publisher'),
  'contact/*': note('联系方式', 'Contact'),
  issued: note('发布日期', 'Issued'),
  modified: note('更新日期', 'Modified'),
  landingPage: note('网页', 'Landing page'),
  license: note('许可', 'Licence'),
  rights: note('权利说明', 'Rights'),
  identifier: note('代码', 'Identifier'),
  language: note('语种', 'Language'),
  conformsTo: note('遵循标准', 'Conforms to'),
  describedBy: note('说明文档', 'Described by'),
  references: note('参考', 'References'),
  'endpoint/*': note('服务地址', 'Endpoint'),
  'endpoint/*/url': note('地址', 'Address'),
  'endpoint/*/type': note('服务类型', 'Type of service'),
  'endpoint/*/version': note('版本', 'Version'),
  sharing: note('共享属性', 'Sharing'),
  'sharing/type': note('共享类型', 'Sharing type', 'sharingTypes'),
  'sharing/condition': note('共享条件', 'Condition of sharing'),
  'sharing/method': note('共享方式', 'Sharing method', 'sharingMethods'),
  'sharing/basis': note('依据', 'Legal basis'),
  openness: note('开放属性', 'Openness'),
  'openness/type': note('开放类型', 'Openness', 'opennessTypes'),
  'openness/condition': note('开放条件', 'Condition of openness'),
  state: note('发布状态', 'Publication state', 'states'),
  authoritative: note('权威来源', 'Authoritative source'),
  source: note('来源', 'Source'),
  'source/format': note('来源格式', 'Format of the source'),
  'source/id': note('来源标识', 'Identifier in the source'),
  'x/*': note('来源的其他字段', 'Other fields of the source'),
}

/** Labels of the fields that only resources have. */
export const RESOURCE_FIELD_NOTES: Readonly<Record<string, FieldNote>> = {
  frequency: note('更新周期', 'Update cycle', 'frequencies'),
  spatial: note('空间范围', 'Spatial coverage'),
  temporal: note('时间范围', 'Time covered'),
  format: note('信息资源格式', 'Format category', 'formatCategories'),
  relation: note('关联资源代码', 'Related resources'),
  'items/*': note('信息项', 'Data item'),
  'items/*/name': note('信息项名称', 'Name of the item'),
  'items/*/type': note('数据类型', 'Data type', 'itemTypes'),
  'items/*/length': note('数据长度', 'Length'),
  'distributions/*': note('获取方式', 'Distribution'),
  'distributions/*/title': note('名称', 'Title'),
  'distributions/*/description': note('说明', 'Description'),
  'distributions/*/url': note('访问地址', 'Access address'),
  'distributions/*/download': note('下载地址', 'Download address'),
  'distributions/*/format': note('文件格式', 'File format', 'formats'),
  'distributions/*/mediaType': note('媒体类型', 'Media type'),
  'distributions/*/modified': note('更新日期', 'Modified'),
}
