/** What the first two characters of a unified code say, in words: GB 32100-2015 §4.3 and §4.4 with amendment 1 of 2016. */
import type { Language } from '@certdesk/contract';
import { isUsccForm } from './uscc.ts';

type Words = Readonly<Record<Language, string>>;
const words = (zh: string, en: string): Words => ({ zh, en });

interface Department {
  readonly name: Words;
  /** By the second character. */
  readonly kinds: Readonly<Record<string, Words>>;
}

const other = words('其他', 'other');

const departments: Readonly<Record<string, Department>> = {
  '1': {
    name: words('机构编制', 'public establishment office'),
    kinds: {
      '1': words('机关', 'state organ'),
      '2': words('事业单位', 'public institution'),
      '3': words('群众团体', 'mass organisation'),
      '9': other,
    },
  },
  '2': {
    name: words('外交', 'foreign affairs'),
    kinds: { '1': words('外国常驻新闻机构', 'resident foreign news agency'), '9': other },
  },
  '3': {
    name: words('司法行政', 'justice'),
    kinds: {
      '1': words('律师执业机构', 'law firm'),
      '2': words('公证处', 'notary office'),
      '3': words('基层法律服务所', 'local legal service'),
      '4': words('司法鉴定机构', 'forensic institution'),
      '5': words('仲裁委员会', 'arbitration commission'),
      '9': other,
    },
  },
  '4': {
    name: words('文化', 'culture'),
    kinds: { '1': words('外国在华文化中心', 'foreign cultural centre'), '9': other },
  },
  '5': {
    name: words('民政', 'civil affairs'),
    kinds: {
      '1': words('社会团体', 'association'),
      '2': words('民办非企业单位', 'private non-enterprise unit'),
      '3': words('基金会', 'foundation'),
      '9': other,
    },
  },
  '6': {
    name: words('旅游', 'tourism'),
    kinds: {
      '1': words('外国旅游部门常驻代表机构', 'foreign tourism office'),
      '2': words('港澳台地区旅游部门常驻代表机构', 'tourism office of Hong Kong, Macao or Taiwan'),
      '9': other,
    },
  },
  '7': {
    name: words('宗教', 'religious affairs'),
    kinds: {
      '1': words('宗教活动场所', 'place of worship'),
      '2': words('宗教院校', 'religious school'),
      '9': other,
    },
  },
  '8': {
    name: words('工会', 'trade unions'),
    kinds: { '1': words('基层工会', 'local trade union'), '9': other },
  },
  '9': {
    name: words('工商', 'industry and commerce'),
    kinds: {
      '1': words('企业', 'enterprise'),
      '2': words('个体工商户', 'individual trader'),
      '3': words('农民专业合作社', 'farmers’ cooperative'),
    },
  },
  A: {
    name: words('中央军委改革和编制办公室', 'military establishment office'),
    kinds: { '1': words('军队事业单位', 'military institution'), '9': other },
  },
  N: {
    name: words('农业', 'agriculture'),
    kinds: {
      '1': words('组级集体经济组织', 'collective of a village group'),
      '2': words('村级集体经济组织', 'collective of a village'),
      '3': words('乡镇级集体经济组织', 'collective of a township'),
      '9': other,
    },
  },
  Y: { name: other, kinds: { '1': other } },
};

/** The department that registers it and what kind of entity it is, as far as the standard names them. */
export function entityKindOf(uscc: string): { department: Words; kind: Words | undefined } | undefined {
  if (!isUsccForm(uscc)) return undefined;
  const department = departments[uscc[0] ?? ''];
  return department && { department: department.name, kind: department.kinds[uscc[1] ?? ''] };
}
