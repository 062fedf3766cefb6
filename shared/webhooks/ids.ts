export const endpointIdPattern = /^wh_[0-9a-f]{32}$/;

export const deliveryIdPattern = /^dlv_[0-9a-f]{32}$/;

export const replayIdPattern = /^rpl_[0-9a-f]{32}$/;
