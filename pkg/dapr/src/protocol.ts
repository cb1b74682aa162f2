// Dapr's own wire types, for `pkg/service`, which serves its callbacks, and `pkg/testing`, which plays the sidecar.
export {
  AppCallbackHealthCheckService,
  AppCallbackService,
  type AppCallbackHealthCheckServer,
  type AppCallbackServer,
  type TopicEventRequest,
  type TopicEventResponse,
  TopicEventResponse_TopicEventResponseStatus as TopicAnswer,
} from './generated/dapr/proto/runtime/v1/appcallback.ts'
export { type DaprServer, DaprService } from './generated/dapr/proto/runtime/v1/dapr.ts'
export { StateOptions_StateConcurrency as StateConcurrency } from './generated/dapr/proto/common/v1/common.ts'
