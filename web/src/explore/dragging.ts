export const DRAG_TYPE = "application/x-starling-member";
