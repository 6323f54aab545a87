import type { Vocabulary } from '../profile.ts'
import { termList } from './term-list.ts'

/** Code of the EU file-type table (or our own for services), media type, labels. */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['CSV', 'text/csv', 'CSV 表格', 'CSV'],
  ['TSV', 'text/tab-separated-values', 'TSV 表格', 'TSV'],
  [
    'XLSX',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'Excel 工作簿 (XLSX)',
    'Excel workbook (XLSX)',
  ],
  ['XLS', 'application/vnd.ms-excel', 'Excel 工作簿 (XLS)', 'Excel workbook (XLS)'],
  ['ODS', 'application/vnd.oasis.opendocument.spreadsheet', 'ODS 电子表格', 'ODS spreadsheet'],
  ['JSON', 'application/json', 'JSON', 'JSON'],
  ['XML', 'application/xml', 'XML', 'XML'],
  ['RDF', 'application/rdf+xml', 'RDF', 'RDF'],
  ['HTML', 'text/html', '网页', 'Web page'],
  ['PDF', 'application/pdf', 'PDF 文档', 'PDF'],
  ['DOC', 'application/msword', 'Word 文档 (DOC)', 'Word document (DOC)'],
  [
    'DOCX',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'Word 文档 (DOCX)',
    'Word document (DOCX)',
  ],
  ['TXT', 'text/plain', '纯文本', 'Plain text'],
  ['ZIP', 'application/zip', 'ZIP 压缩包', 'ZIP archive'],
  ['GZIP', 'application/gzip', 'GZIP 压缩包', 'GZIP archive'],
  ['GEOJSON', 'application/geo+json', 'GeoJSON', 'GeoJSON'],
  ['KML', 'application/vnd.google-earth.kml+xml', 'KML', 'KML'],
  ['KMZ', 'application/vnd.google-earth.kmz', 'KMZ', 'KMZ'],
  ['SHP', 'application/vnd.shp', 'Shapefile', 'Shapefile'],
  ['TIFF', 'image/tiff', 'TIFF 图像', 'TIFF image'],
  ['JPEG', 'image/jpeg', 'JPEG 图像', 'JPEG image'],
  ['PNG', 'image/png', 'PNG 图像', 'PNG image'],
  ['RSS', 'application/rss+xml', 'RSS', 'RSS'],
  ['API', '', '服务接口', 'Service interface'],
  ['WMS_SRVC', '', 'WMS 地图服务', 'WMS map service'],
  ['WFS_SRVC', '', 'WFS 要素服务', 'WFS feature service'],
]

/** File formats of distributions; a distribution may also name one that is not listed. */
export const FORMATS: Vocabulary = {
  label: { 'zh-Hans': '文件格式', en: 'File format' },
  source: 'http://publications.europa.eu/resource/authority/file-type',
  terms: ROWS.map(([code, mediaType, zh, en]) => ({
    code,
    label: { 'zh-Hans': zh, en },
    ...(mediaType === '' ? {} : { mediaType }),
  })),
}

/** The seven format categories of a Chinese catalogue entry. */
export const FORMAT_CATEGORIES: Vocabulary = {
  label: { 'zh-Hans': '信息资源格式', en: 'Format category' },
  source: '发改高技术〔2017〕1272号',
  confidence: 'secondary',
  terms: termList([
    ['file', '电子文件', 'Electronic document'],
    ['spreadsheet', '电子表格', 'Spreadsheet'],
    ['database', '数据库', 'Database'],
    ['image', '图形图像', 'Graphics and images'],
    ['stream', '流媒体', 'Streaming media'],
    ['self-described', '自描述格式', 'Self-described format'],
    ['service-interface', '服务接口', 'Service interface'],
  ]),
}

/** Data types of the items (columns) of a structured resource. */
export const ITEM_TYPES: Vocabulary = {
  label: { 'zh-Hans': '数据类型', en: 'Data type' },
  source: '发改高技术〔2017〕1272号',
  confidence: 'secondary',
  terms: termList([
    ['C', '字符型', 'Character'],
    ['N', '数值型', 'Numeric'],
    ['Y', '货币型', 'Currency'],
    ['D', '日期型', 'Date'],
    ['T', '日期时间型', 'Date and time'],
    ['L', '逻辑型', 'Logical'],
    ['M', '备注型', 'Memo'],
    ['G', '通用型', 'General'],
    ['B', '双精度型', 'Double'],
    ['I', '整型', 'Integer'],
    ['F', '浮点型', 'Float'],
  ]),
}
