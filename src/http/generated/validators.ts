// Generated from api/openapi.yaml by `npm run generate`; edit that.
// @ts-nocheck
"use strict";
export const ForensicsOptions = validate20;
const schema31 = {"$id":"ForensicsOptions","type":"object","additionalProperties":false,"properties":{"ela_quality":{"type":"integer","minimum":50,"maximum":99,"default":90},"maps":{"type":"boolean","default":true},"map_max_px":{"type":"integer","minimum":256,"maximum":4096,"default":1024},"overlay":{"type":"boolean","default":false},"report":{"type":"boolean","default":false}}};

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="ForensicsOptions" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "ela_quality") || (key0 === "maps")) || (key0 === "map_max_px")) || (key0 === "overlay")) || (key0 === "report"))){
validate20.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema31,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.ela_quality !== undefined){
let data0 = data.ela_quality;
const _errs2 = errors;
if(!((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0)))){
validate20.errors = [{instancePath:instancePath+"/ela_quality",schemaPath:"#/properties/ela_quality/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.ela_quality.type,parentSchema:schema31.properties.ela_quality,data:data0}];
return false;
}
if(errors === _errs2){
if(typeof data0 == "number"){
if(data0 > 99 || isNaN(data0)){
validate20.errors = [{instancePath:instancePath+"/ela_quality",schemaPath:"#/properties/ela_quality/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99},message:"must be <= 99",schema:99,parentSchema:schema31.properties.ela_quality,data:data0}];
return false;
}
else {
if(data0 < 50 || isNaN(data0)){
validate20.errors = [{instancePath:instancePath+"/ela_quality",schemaPath:"#/properties/ela_quality/minimum",keyword:"minimum",params:{comparison: ">=", limit: 50},message:"must be >= 50",schema:50,parentSchema:schema31.properties.ela_quality,data:data0}];
return false;
}
}
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.maps !== undefined){
let data1 = data.maps;
const _errs4 = errors;
if(typeof data1 !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/maps",schemaPath:"#/properties/maps/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.maps.type,parentSchema:schema31.properties.maps,data:data1}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.map_max_px !== undefined){
let data2 = data.map_max_px;
const _errs6 = errors;
if(!((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2)))){
validate20.errors = [{instancePath:instancePath+"/map_max_px",schemaPath:"#/properties/map_max_px/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.map_max_px.type,parentSchema:schema31.properties.map_max_px,data:data2}];
return false;
}
if(errors === _errs6){
if(typeof data2 == "number"){
if(data2 > 4096 || isNaN(data2)){
validate20.errors = [{instancePath:instancePath+"/map_max_px",schemaPath:"#/properties/map_max_px/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096",schema:4096,parentSchema:schema31.properties.map_max_px,data:data2}];
return false;
}
else {
if(data2 < 256 || isNaN(data2)){
validate20.errors = [{instancePath:instancePath+"/map_max_px",schemaPath:"#/properties/map_max_px/minimum",keyword:"minimum",params:{comparison: ">=", limit: 256},message:"must be >= 256",schema:256,parentSchema:schema31.properties.map_max_px,data:data2}];
return false;
}
}
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.overlay !== undefined){
let data3 = data.overlay;
const _errs8 = errors;
if(typeof data3 !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/overlay",schemaPath:"#/properties/overlay/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.overlay.type,parentSchema:schema31.properties.overlay,data:data3}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.report !== undefined){
let data4 = data.report;
const _errs10 = errors;
if(typeof data4 !== "boolean"){
validate20.errors = [{instancePath:instancePath+"/report",schemaPath:"#/properties/report/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.report.type,parentSchema:schema31.properties.report,data:data4}];
return false;
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.type,parentSchema:schema31,data}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const NoOptions = validate21;
const schema32 = {"$id":"NoOptions","type":"object","additionalProperties":false,"properties":{}};

function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="NoOptions" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
validate21.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema32,data}];
return false;
break;
}
}
else {
validate21.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.type,parentSchema:schema32,data}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const DetectOptions = validate22;
const schema33 = {"$id":"DetectOptions","type":"object","additionalProperties":false,"properties":{"include_attribution":{"type":"boolean","default":false},"include_heatmap":{"type":"boolean","default":false},"include_forensics":{"type":"boolean","default":false},"heatmap_inline":{"type":"boolean","default":false},"model_threshold":{"type":"number","minimum":0,"maximum":1},"metadata":{"type":"object","additionalProperties":true,"maxProperties":50},"model":{"type":"string","minLength":1,"maxLength":100}}};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="DetectOptions" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate22.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((((((key0 === "include_attribution") || (key0 === "include_heatmap")) || (key0 === "include_forensics")) || (key0 === "heatmap_inline")) || (key0 === "model_threshold")) || (key0 === "metadata")) || (key0 === "model"))){
validate22.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema33,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.include_attribution !== undefined){
let data0 = data.include_attribution;
const _errs2 = errors;
if(typeof data0 !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/include_attribution",schemaPath:"#/properties/include_attribution/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema33.properties.include_attribution.type,parentSchema:schema33.properties.include_attribution,data:data0}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.include_heatmap !== undefined){
let data1 = data.include_heatmap;
const _errs4 = errors;
if(typeof data1 !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/include_heatmap",schemaPath:"#/properties/include_heatmap/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema33.properties.include_heatmap.type,parentSchema:schema33.properties.include_heatmap,data:data1}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.include_forensics !== undefined){
let data2 = data.include_forensics;
const _errs6 = errors;
if(typeof data2 !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/include_forensics",schemaPath:"#/properties/include_forensics/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema33.properties.include_forensics.type,parentSchema:schema33.properties.include_forensics,data:data2}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.heatmap_inline !== undefined){
let data3 = data.heatmap_inline;
const _errs8 = errors;
if(typeof data3 !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/heatmap_inline",schemaPath:"#/properties/heatmap_inline/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema33.properties.heatmap_inline.type,parentSchema:schema33.properties.heatmap_inline,data:data3}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.model_threshold !== undefined){
let data4 = data.model_threshold;
const _errs10 = errors;
if(errors === _errs10){
if(typeof data4 == "number"){
if(data4 > 1 || isNaN(data4)){
validate22.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1",schema:1,parentSchema:schema33.properties.model_threshold,data:data4}];
return false;
}
else {
if(data4 < 0 || isNaN(data4)){
validate22.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.model_threshold,data:data4}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema33.properties.model_threshold.type,parentSchema:schema33.properties.model_threshold,data:data4}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.metadata !== undefined){
let data5 = data.metadata;
const _errs12 = errors;
if(errors === _errs12){
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(Object.keys(data5).length > 50){
validate22.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/maxProperties",keyword:"maxProperties",params:{limit: 50},message:"must NOT have more than 50 properties",schema:50,parentSchema:schema33.properties.metadata,data:data5}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.metadata.type,parentSchema:schema33.properties.metadata,data:data5}];
return false;
}
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.model !== undefined){
let data6 = data.model;
const _errs15 = errors;
if(errors === _errs15){
if(typeof data6 === "string"){
if(data6.length > 100){
validate22.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters",schema:100,parentSchema:schema33.properties.model,data:data6}];
return false;
}
else {
if(data6.length < 1){
validate22.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema33.properties.model,data:data6}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.model.type,parentSchema:schema33.properties.model,data:data6}];
return false;
}
}
var valid0 = _errs15 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.type,parentSchema:schema33,data}];
return false;
}
}
validate22.errors = vErrors;
return errors === 0;
}
validate22.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const BatchOptions = validate23;
const schema34 = {"$id":"BatchOptions","type":"object","additionalProperties":false,"properties":{"include_attribution":{"type":"boolean","default":false},"include_heatmap":{"type":"boolean","default":false},"include_forensics":{"type":"boolean","default":false},"heatmap_inline":{"type":"boolean","default":false},"model_threshold":{"type":"number","minimum":0,"maximum":1},"metadata":{"type":"object","additionalProperties":true,"maxProperties":50},"model":{"type":"string","minLength":1,"maxLength":100}}};

function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="BatchOptions" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate23.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((((((key0 === "include_attribution") || (key0 === "include_heatmap")) || (key0 === "include_forensics")) || (key0 === "heatmap_inline")) || (key0 === "model_threshold")) || (key0 === "metadata")) || (key0 === "model"))){
validate23.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema34,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.include_attribution !== undefined){
let data0 = data.include_attribution;
const _errs2 = errors;
if(typeof data0 !== "boolean"){
validate23.errors = [{instancePath:instancePath+"/include_attribution",schemaPath:"#/properties/include_attribution/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema34.properties.include_attribution.type,parentSchema:schema34.properties.include_attribution,data:data0}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.include_heatmap !== undefined){
let data1 = data.include_heatmap;
const _errs4 = errors;
if(typeof data1 !== "boolean"){
validate23.errors = [{instancePath:instancePath+"/include_heatmap",schemaPath:"#/properties/include_heatmap/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema34.properties.include_heatmap.type,parentSchema:schema34.properties.include_heatmap,data:data1}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.include_forensics !== undefined){
let data2 = data.include_forensics;
const _errs6 = errors;
if(typeof data2 !== "boolean"){
validate23.errors = [{instancePath:instancePath+"/include_forensics",schemaPath:"#/properties/include_forensics/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema34.properties.include_forensics.type,parentSchema:schema34.properties.include_forensics,data:data2}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.heatmap_inline !== undefined){
let data3 = data.heatmap_inline;
const _errs8 = errors;
if(typeof data3 !== "boolean"){
validate23.errors = [{instancePath:instancePath+"/heatmap_inline",schemaPath:"#/properties/heatmap_inline/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema34.properties.heatmap_inline.type,parentSchema:schema34.properties.heatmap_inline,data:data3}];
return false;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.model_threshold !== undefined){
let data4 = data.model_threshold;
const _errs10 = errors;
if(errors === _errs10){
if(typeof data4 == "number"){
if(data4 > 1 || isNaN(data4)){
validate23.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1",schema:1,parentSchema:schema34.properties.model_threshold,data:data4}];
return false;
}
else {
if(data4 < 0 || isNaN(data4)){
validate23.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema34.properties.model_threshold,data:data4}];
return false;
}
}
}
else {
validate23.errors = [{instancePath:instancePath+"/model_threshold",schemaPath:"#/properties/model_threshold/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema34.properties.model_threshold.type,parentSchema:schema34.properties.model_threshold,data:data4}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.metadata !== undefined){
let data5 = data.metadata;
const _errs12 = errors;
if(errors === _errs12){
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(Object.keys(data5).length > 50){
validate23.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/maxProperties",keyword:"maxProperties",params:{limit: 50},message:"must NOT have more than 50 properties",schema:50,parentSchema:schema34.properties.metadata,data:data5}];
return false;
}
}
else {
validate23.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema34.properties.metadata.type,parentSchema:schema34.properties.metadata,data:data5}];
return false;
}
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.model !== undefined){
let data6 = data.model;
const _errs15 = errors;
if(errors === _errs15){
if(typeof data6 === "string"){
if(data6.length > 100){
validate23.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters",schema:100,parentSchema:schema34.properties.model,data:data6}];
return false;
}
else {
if(data6.length < 1){
validate23.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema34.properties.model,data:data6}];
return false;
}
}
}
else {
validate23.errors = [{instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema34.properties.model.type,parentSchema:schema34.properties.model,data:data6}];
return false;
}
}
var valid0 = _errs15 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate23.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema34.type,parentSchema:schema34,data}];
return false;
}
}
validate23.errors = vErrors;
return errors === 0;
}
validate23.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const BatchImageFields = validate24;
const schema35 = {"$id":"BatchImageFields","type":"object","additionalProperties":false,"properties":{"id":{"type":"string","maxLength":200},"metadata":{"type":"object","additionalProperties":true,"maxProperties":50}}};

function validate24(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="BatchImageFields" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate24.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "id") || (key0 === "metadata"))){
validate24.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema35,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
let data0 = data.id;
const _errs2 = errors;
if(errors === _errs2){
if(typeof data0 === "string"){
if(data0.length > 200){
validate24.errors = [{instancePath:instancePath+"/id",schemaPath:"#/properties/id/maxLength",keyword:"maxLength",params:{limit: 200},message:"must NOT have more than 200 characters",schema:200,parentSchema:schema35.properties.id,data:data0}];
return false;
}
}
else {
validate24.errors = [{instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.properties.id.type,parentSchema:schema35.properties.id,data:data0}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.metadata !== undefined){
let data1 = data.metadata;
const _errs4 = errors;
if(errors === _errs4){
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(Object.keys(data1).length > 50){
validate24.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/maxProperties",keyword:"maxProperties",params:{limit: 50},message:"must NOT have more than 50 properties",schema:50,parentSchema:schema35.properties.metadata,data:data1}];
return false;
}
}
else {
validate24.errors = [{instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema35.properties.metadata.type,parentSchema:schema35.properties.metadata,data:data1}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
}
}
}
else {
validate24.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema35.type,parentSchema:schema35,data}];
return false;
}
}
validate24.errors = vErrors;
return errors === 0;
}
validate24.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const CreateKeyRequest = validate25;
const schema36 = {"$id":"CreateKeyRequest","type":"object","additionalProperties":false,"properties":{"name":{"type":"string","maxLength":100},"livemode":{"type":"boolean"},"scopes":{"type":"array","minItems":1,"maxItems":32,"items":{"type":"string"}},"ip_allowlist":{"type":"array","maxItems":100,"items":{"type":"string"}},"expires_at":{"type":["string","null"],"pattern":"^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$"}}};
const pattern4 = new RegExp("^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$", "u");

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="CreateKeyRequest" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate25.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "name") || (key0 === "livemode")) || (key0 === "scopes")) || (key0 === "ip_allowlist")) || (key0 === "expires_at"))){
validate25.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema36,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.name !== undefined){
let data0 = data.name;
const _errs2 = errors;
if(errors === _errs2){
if(typeof data0 === "string"){
if(data0.length > 100){
validate25.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters",schema:100,parentSchema:schema36.properties.name,data:data0}];
return false;
}
}
else {
validate25.errors = [{instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.name.type,parentSchema:schema36.properties.name,data:data0}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.livemode !== undefined){
let data1 = data.livemode;
const _errs4 = errors;
if(typeof data1 !== "boolean"){
validate25.errors = [{instancePath:instancePath+"/livemode",schemaPath:"#/properties/livemode/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema36.properties.livemode.type,parentSchema:schema36.properties.livemode,data:data1}];
return false;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.scopes !== undefined){
let data2 = data.scopes;
const _errs6 = errors;
if(errors === _errs6){
if(Array.isArray(data2)){
if(data2.length > 32){
validate25.errors = [{instancePath:instancePath+"/scopes",schemaPath:"#/properties/scopes/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items",schema:32,parentSchema:schema36.properties.scopes,data:data2}];
return false;
}
else {
if(data2.length < 1){
validate25.errors = [{instancePath:instancePath+"/scopes",schemaPath:"#/properties/scopes/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema36.properties.scopes,data:data2}];
return false;
}
else {
var valid1 = true;
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
const _errs8 = errors;
if(typeof data3 !== "string"){
validate25.errors = [{instancePath:instancePath+"/scopes/" + i0,schemaPath:"#/properties/scopes/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.scopes.items.type,parentSchema:schema36.properties.scopes.items,data:data3}];
return false;
}
var valid1 = _errs8 === errors;
if(!valid1){
break;
}
}
}
}
}
else {
validate25.errors = [{instancePath:instancePath+"/scopes",schemaPath:"#/properties/scopes/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema36.properties.scopes.type,parentSchema:schema36.properties.scopes,data:data2}];
return false;
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.ip_allowlist !== undefined){
let data4 = data.ip_allowlist;
const _errs10 = errors;
if(errors === _errs10){
if(Array.isArray(data4)){
if(data4.length > 100){
validate25.errors = [{instancePath:instancePath+"/ip_allowlist",schemaPath:"#/properties/ip_allowlist/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items",schema:100,parentSchema:schema36.properties.ip_allowlist,data:data4}];
return false;
}
else {
var valid2 = true;
const len1 = data4.length;
for(let i1=0; i1<len1; i1++){
let data5 = data4[i1];
const _errs12 = errors;
if(typeof data5 !== "string"){
validate25.errors = [{instancePath:instancePath+"/ip_allowlist/" + i1,schemaPath:"#/properties/ip_allowlist/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.properties.ip_allowlist.items.type,parentSchema:schema36.properties.ip_allowlist.items,data:data5}];
return false;
}
var valid2 = _errs12 === errors;
if(!valid2){
break;
}
}
}
}
else {
validate25.errors = [{instancePath:instancePath+"/ip_allowlist",schemaPath:"#/properties/ip_allowlist/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema36.properties.ip_allowlist.type,parentSchema:schema36.properties.ip_allowlist,data:data4}];
return false;
}
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.expires_at !== undefined){
let data6 = data.expires_at;
const _errs14 = errors;
if((typeof data6 !== "string") && (data6 !== null)){
validate25.errors = [{instancePath:instancePath+"/expires_at",schemaPath:"#/properties/expires_at/type",keyword:"type",params:{type: schema36.properties.expires_at.type},message:"must be string,null",schema:schema36.properties.expires_at.type,parentSchema:schema36.properties.expires_at,data:data6}];
return false;
}
if(errors === _errs14){
if(typeof data6 === "string"){
if(!pattern4.test(data6)){
validate25.errors = [{instancePath:instancePath+"/expires_at",schemaPath:"#/properties/expires_at/pattern",keyword:"pattern",params:{pattern: "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$"},message:"must match pattern \""+"^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$"+"\"",schema:"^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$",parentSchema:schema36.properties.expires_at,data:data6}];
return false;
}
}
}
var valid0 = _errs14 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate25.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.type,parentSchema:schema36,data}];
return false;
}
}
validate25.errors = vErrors;
return errors === 0;
}
validate25.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const RotateKeyRequest = validate26;
const schema37 = {"$id":"RotateKeyRequest","type":"object","additionalProperties":false,"properties":{"grace_seconds":{"type":"integer","minimum":0,"maximum":2592000,"default":86400}}};

function validate26(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="RotateKeyRequest" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate26.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "grace_seconds")){
validate26.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema37,data}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.grace_seconds !== undefined){
let data0 = data.grace_seconds;
const _errs2 = errors;
if(!((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0)))){
validate26.errors = [{instancePath:instancePath+"/grace_seconds",schemaPath:"#/properties/grace_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema37.properties.grace_seconds.type,parentSchema:schema37.properties.grace_seconds,data:data0}];
return false;
}
if(errors === _errs2){
if(typeof data0 == "number"){
if(data0 > 2592000 || isNaN(data0)){
validate26.errors = [{instancePath:instancePath+"/grace_seconds",schemaPath:"#/properties/grace_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2592000},message:"must be <= 2592000",schema:2592000,parentSchema:schema37.properties.grace_seconds,data:data0}];
return false;
}
else {
if(data0 < 0 || isNaN(data0)){
validate26.errors = [{instancePath:instancePath+"/grace_seconds",schemaPath:"#/properties/grace_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema37.properties.grace_seconds,data:data0}];
return false;
}
}
}
}
}
}
}
else {
validate26.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema37.type,parentSchema:schema37,data}];
return false;
}
}
validate26.errors = vErrors;
return errors === 0;
}
validate26.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


export const VALIDATORS = { ForensicsOptions, NoOptions, DetectOptions, BatchOptions, BatchImageFields, CreateKeyRequest, RotateKeyRequest };
