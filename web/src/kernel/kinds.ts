/** What each kind of object is called. */

const KINDS: Readonly<Record<string, string>> = {
  plant: '电厂',
  branch: '电厂支线',
  boiler: '锅炉房',
  substation: '换热站',
  unit: '换热机组',
  community: '小区',
  building: '楼栋',
  heat_user: '热用户',
  room: '室温测点',
  device: '农村取暖设备',
  weather: '气象站',
  pipe: '管线',
  valve: '阀门',
}

export function kindWord(kind: string): string {
  return KINDS[kind] ?? kind
}
