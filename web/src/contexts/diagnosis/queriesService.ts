/** What the server knows of rooms, of service quality and of heat users. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type Room = Schemas['RoomRow']
export type RoomCounts = Schemas['RoomCounts']
export type RoomCard = Schemas['RoomCard']
export type ServiceRow = Schemas['Quality']
export type ServicePage = Schemas['ServicePage']
export type ServiceTrend = Schemas['Trend']
export type PublicNumber = Schemas['NumberOut']
export type Demand = Schemas['DemandOut']
export type Portrait = Schemas['PortraitOut']
export type Home = Schemas['HomeRow']
export type Tags = Schemas['TagsOut']
export type SpecialClass = Schemas['NamedClass']

type Query<name extends keyof operations> = operations[name] extends { parameters: { query?: infer Given } } ? NonNullable<Given> : never

export type RoomQuery = Query<'cleanheat_diagnosis_http_rooms_room_list'>
export type ServiceQuery = Query<'cleanheat_diagnosis_http_service_service_list'>
export type PortraitQuery = Query<'cleanheat_diagnosis_http_portraits_portrait_list'>
export type Level = NonNullable<ServiceQuery['level']>
export type Step = 'day' | 'week' | 'month'

export function listRooms(query: RoomQuery): Promise<Schemas['RoomPage']> {
  return body(api.GET('/api/v1/diagnosis/rooms', { params: { query } }))
}

export function countRooms(query: RoomQuery): Promise<RoomCounts> {
  return body(api.GET('/api/v1/diagnosis/rooms/summary', { params: { query } }))
}

export function getRoom(number: number, hours: number): Promise<RoomCard> {
  return body(api.GET('/api/v1/diagnosis/rooms/{number}', { params: { path: { number }, query: { hours } } }))
}

export function listService(query: ServiceQuery): Promise<ServicePage> {
  return body(api.GET('/api/v1/diagnosis/service', { params: { query } }))
}

export const listWeights = (): Promise<PublicNumber[]> => body(api.GET('/api/v1/diagnosis/service/weights'))

export function getServiceTrend(level: Level, number: number, step: Step): Promise<ServiceTrend> {
  return body(api.GET('/api/v1/diagnosis/service/{level}/{number}', { params: { path: { level, number }, query: { step } } }))
}

export const listDemands = (): Promise<Demand[]> => body(api.GET('/api/v1/diagnosis/demands'))

export function openDemand(wanted: Schemas['DemandIn']): Promise<Demand> {
  return body(api.POST('/api/v1/diagnosis/demands', { body: wanted }))
}

export function closeDemand(demand_id: number): Promise<Demand> {
  return body(api.POST('/api/v1/diagnosis/demands/{demand_id}/close', { params: { path: { demand_id } } }))
}

export function listHomes(query: PortraitQuery): Promise<Schemas['HomePage']> {
  return body(api.GET('/api/v1/diagnosis/portraits', { params: { query } }))
}

export const getTags = (): Promise<Tags> => body(api.GET('/api/v1/diagnosis/portraits/tags'))

export const listSpecial = (): Promise<SpecialClass[]> => body(api.GET('/api/v1/diagnosis/portraits/special'))

export function getPortrait(user: number): Promise<Portrait> {
  return body(api.GET('/api/v1/diagnosis/portraits/{user}', { params: { path: { user } } }))
}
